"""What a statement locks, and whether it rewrites or scans: PostgreSQL's rules over its parse tree.

The tests of this module ask servers: they run statements, read pg_locks and compare files.
"""

from collections.abc import Iterator
from typing import Any

from pgproof.ahead import bodies, drop, maintenance, objects, queries
from pgproof.ahead.alter import alter_table
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.events import of_event_triggers
from pgproof.ahead.locks import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE, Effect, merged


def effects(sql: str, catalogue: Catalogue | None = None) -> list[Effect]:
    """Return the effects of one statement on relations that exist before it; [] where none.

    Without a catalogue, what the parse tree alone tells.
    """
    from pgproof.sql.parser import tree

    known = catalogue or Catalogue()
    known.text = sql
    return of_tree(tree(sql), known)


def of_tree(tree: Any, catalogue: Catalogue) -> list[Effect]:
    """Return the effects of a statement that has been parsed."""
    catalogue.predict = of_tree
    handler = _HANDLERS.get(tree.tag)
    found = merged(handler(tree, catalogue)) if handler else []
    if catalogue.event_triggers:
        found = merged([*found, *of_event_triggers(tree, catalogue, found)])
    return found


def _call(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    *schema, name = [part.sval for part in tree.funccall.funcname]
    return bodies.of_function(catalogue, schema[-1] if schema else None, name)


def _block(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    return bodies.of_block(catalogue, tree)


def _opaque(what: str) -> objects.Handler:
    return lambda _tree, catalogue: queries.opaque(what, catalogue)


_HANDLERS: dict[str, objects.Handler] = {
    "AlterDomainStmt": objects.alter_domain,
    "AlterObjectSchemaStmt": objects.set_schema,
    "AlterPolicyStmt": objects.on_relation(ACCESS_EXCLUSIVE, "table"),
    "AlterPublicationStmt": objects.publication,
    "AlterSeqStmt": objects.on_relation(SHARE_ROW_EXCLUSIVE, "sequence"),
    "AlterTableStmt": alter_table,
    "CallStmt": _call,
    "ClusterStmt": maintenance.cluster,
    "CommentStmt": objects.comment,
    "CopyStmt": queries.copy,
    "CreatePolicyStmt": objects.on_relation(ACCESS_EXCLUSIVE, "table"),
    "CreatePublicationStmt": objects.publication,
    "CreateStatsStmt": objects.statistics,
    "CreateStmt": objects.create_table,
    "CreateTableAsStmt": objects.made_by_query,
    "CreateTrigStmt": objects.create_trigger,
    "DeleteStmt": queries.query,
    "DoStmt": _block,
    "DropOwnedStmt": _opaque("role's objects"),
    "DropStmt": drop.drop,
    "IndexStmt": maintenance.create_index,
    "InsertStmt": queries.query,
    "LockStmt": maintenance.lock_table,
    "MergeStmt": queries.query,
    "ReassignOwnedStmt": _opaque("role's objects"),
    "RefreshMatViewStmt": maintenance.refresh,
    "ReindexStmt": maintenance.reindex,
    "RenameStmt": objects.rename,
    "RuleStmt": objects.on_relation(ACCESS_EXCLUSIVE),
    "SelectStmt": queries.query,
    "TruncateStmt": drop.truncate,
    "UpdateStmt": queries.query,
    "VacuumStmt": maintenance.vacuum,
    "ViewStmt": objects.create_view,
}
