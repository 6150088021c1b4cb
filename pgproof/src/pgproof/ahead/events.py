"""Event triggers: which of them a statement fires, and what they do."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pgproof.ahead.bodies import of_function
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import EventTrigger
from pgproof.ahead.locks import Effect

_BEGINNINGS = ("Alter", "Create", "Define", "Drop", "Grant", "CompositeType")
_OTHERS = (
    "CommentStmt",
    "ImportForeignSchemaStmt",
    "IndexStmt",
    "RefreshMatViewStmt",
    "RenameStmt",
    "RuleStmt",
    "SecLabelStmt",
    "ViewStmt",
)
_SHARED = ("Role", "Database", "db", "TableSpace", "Subscription", "System", "EventTrig", "Owned")
"""Parts of the names of statements that fire none: they change what databases share."""
_REINDEX_SINCE = 17
_DROPS = ("AT_DropColumn", "AT_DropConstraint", "AT_ColumnDefault", "AT_DropExpression")
_OBJECTS = {
    "OBJECT_FOREIGN_TABLE": "FOREIGN TABLE",
    "OBJECT_FUNCTION": "FUNCTION",
    "OBJECT_INDEX": "INDEX",
    "OBJECT_MATVIEW": "MATERIALIZED VIEW",
    "OBJECT_SCHEMA": "SCHEMA",
    "OBJECT_SEQUENCE": "SEQUENCE",
    "OBJECT_TABLE": "TABLE",
    "OBJECT_TRIGGER": "TRIGGER",
    "OBJECT_TYPE": "TYPE",
    "OBJECT_VIEW": "VIEW",
}
_TAGS = {
    "CommentStmt": "COMMENT",
    "CreateFunctionStmt": "CREATE FUNCTION",
    "CreateSchemaStmt": "CREATE SCHEMA",
    "CreateSeqStmt": "CREATE SEQUENCE",
    "CreateStmt": "CREATE TABLE",
    "CreateTrigStmt": "CREATE TRIGGER",
    "IndexStmt": "CREATE INDEX",
    "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW",
    "ReindexStmt": "REINDEX",
    "ViewStmt": "CREATE VIEW",
}


def of_event_triggers(
    tree: Any, catalogue: Catalogue, effects: Iterable[Effect]
) -> Iterator[Effect]:
    """Yield what the event triggers do that a statement with some effects fires."""
    events = set(_events(tree, catalogue, effects))
    for one in catalogue.event_triggers:
        if (
            one.event in events
            and _is_meant(one, tree)
            and catalogue.body(one.function[1], one.function[0])
        ):
            for effect in of_function(catalogue, *one.function):
                why = f"the event trigger {one.name} runs"
                note = f"{why}: {effect.note}" if not effect.relation else why
                yield replace(effect, note=note)


def unpredicted(catalogue: Catalogue) -> list[str]:
    """Return the event triggers whose functions are not known."""
    return [
        one.name
        for one in catalogue.event_triggers
        if one.event != "login" and not catalogue.body(one.function[1], one.function[0])
    ]


def _events(tree: Any, catalogue: Catalogue, effects: Iterable[Effect]) -> Iterator[str]:
    if not _fires(tree, catalogue):
        return
    yield from ("ddl_command_start", "ddl_command_end")
    commands = {one.subtype for one in tree.cmds or () if one.is_a("AlterTableCmd")}
    if tree.is_a("DropStmt") or commands & set(_DROPS):
        yield "sql_drop"
    if tree.is_a("AlterTableStmt") and any(one.rewrites for one in effects):
        yield "table_rewrite"


def _fires(tree: Any, catalogue: Catalogue) -> bool:
    if any(part in tree.tag for part in _SHARED) or tree.is_a("GrantRoleStmt"):
        return False
    if tree.is_a("ReindexStmt"):
        return catalogue.version >= _REINDEX_SINCE
    if tree.is_a("SelectStmt"):
        return bool(tree.intoClause)
    return bool(tree.is_a(*_OTHERS) or tree.tag.startswith(_BEGINNINGS))


def _is_meant(one: EventTrigger, tree: Any) -> bool:
    """Whether an event trigger is for the command; so it is taken to be where that is not known."""
    if not one.tags:
        return True
    if tree.tag in _TAGS:
        return _TAGS[tree.tag] in one.tags
    for field, verb in (("removeType", "DROP"), ("objtype", "ALTER"), ("renameType", "ALTER")):
        kind = _OBJECTS.get(str(tree.fields.get(field)))
        if kind and not tree.is_a("GrantStmt", "CreateTableAsStmt"):
            return f"{verb} {kind}" in one.tags
    return True
