"""What a statement locks, and whether it rewrites or scans: PostgreSQL's rules over its parse tree.

The test of this module asks servers: it runs each statement and reads pg_locks.
"""

from collections.abc import Callable, Iterator
from typing import Any

from pgproof.ahead.alter import alter_table, name_of, references
from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    ACCESS_SHARE,
    EXCLUSIVE,
    MODES,
    ROW_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
)


def effects(sql: str) -> list[Effect]:
    """Return the effects of one statement on relations that exist before it; [] where none."""
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(sql)
    handler = _HANDLERS.get(tree.tag)
    return list(handler(tree)) if handler else []


def _create_table(tree: Any) -> Iterator[Effect]:
    for element in tree.tableElts or ():
        inner = element.constraints or () if element.is_a("ColumnDef") else (element,)
        for constraint in inner:
            if constraint.is_a("Constraint"):
                yield from references(constraint)
    for parent in tree.inhRelations or ():
        if tree.partbound:
            note = "gains a partition; a default partition is scanned"
            yield Effect(name_of(parent), ACCESS_EXCLUSIVE, note=note)
        else:
            yield Effect(name_of(parent), SHARE_UPDATE_EXCLUSIVE, note="is inherited from")


def _create_index(tree: Any) -> Iterator[Effect]:
    if tree.concurrent:
        note = "scanned twice; waits for every transaction that is older"
        yield Effect(name_of(tree.relation), SHARE_UPDATE_EXCLUSIVE, scans=True, note=note)
    else:
        yield Effect(name_of(tree.relation), SHARE, scans=True, note="writers wait for the build")


def _drop(tree: Any) -> Iterator[Effect]:
    on_table = ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE")
    relations = (
        "OBJECT_TABLE",
        "OBJECT_INDEX",
        "OBJECT_VIEW",
        "OBJECT_MATVIEW",
        "OBJECT_SEQUENCE",
        "OBJECT_FOREIGN_TABLE",
    )
    for item in tree.objects or ():
        if tree.removeType in on_table:
            yield Effect(_dotted(item[:-1]), ACCESS_EXCLUSIVE)
        elif tree.removeType in relations:
            lock = SHARE_UPDATE_EXCLUSIVE if tree.concurrent else ACCESS_EXCLUSIVE
            note = ""
            if tree.removeType == "OBJECT_INDEX" and not tree.concurrent:
                note = "the index's table is locked alike"
            yield Effect(_dotted(item), lock, note=note)


def _truncate(tree: Any) -> Iterator[Effect]:
    for relation in tree.relations:
        yield Effect(name_of(relation), ACCESS_EXCLUSIVE, note="every row is removed")


def _reindex(tree: Any) -> Iterator[Effect]:
    concurrent = any(option.defname == "concurrently" for option in tree.params or ())
    if tree.relation is not None:
        is_index = tree.kind == "REINDEX_OBJECT_INDEX"
        strong = ACCESS_EXCLUSIVE if is_index else SHARE
        lock = SHARE_UPDATE_EXCLUSIVE if concurrent else strong
        yield Effect(name_of(tree.relation), lock, rewrites=is_index, scans=True)


def _vacuum(tree: Any) -> Iterator[Effect]:
    full = any(option.defname == "full" for option in tree.options or ())
    for relation in tree.rels or ():
        lock = ACCESS_EXCLUSIVE if full else SHARE_UPDATE_EXCLUSIVE
        yield Effect(name_of(relation.relation), lock, rewrites=full, scans=True)


def _cluster(tree: Any) -> Iterator[Effect]:
    if tree.relation is not None:
        yield Effect(name_of(tree.relation), ACCESS_EXCLUSIVE, rewrites=True, scans=True)


def _refresh(tree: Any) -> Iterator[Effect]:
    lock = EXCLUSIVE if tree.concurrent else ACCESS_EXCLUSIVE
    yield Effect(name_of(tree.relation), lock, rewrites=not tree.concurrent)


def _lock(tree: Any) -> Iterator[Effect]:
    for relation in tree.relations:
        yield Effect(name_of(relation), MODES[tree.mode])


def _on_relation(lock: str, attribute: str = "relation") -> Callable[[Any], Iterator[Effect]]:
    def handler(tree: Any) -> Iterator[Effect]:
        yield Effect(name_of(getattr(tree, attribute)), lock)

    return handler


def _trigger(tree: Any) -> Iterator[Effect]:
    yield Effect(name_of(tree.relation), SHARE_ROW_EXCLUSIVE, note="writers wait")


def _rename(tree: Any) -> Iterator[Effect]:
    if tree.relation is not None:
        is_index = tree.renameType == "OBJECT_INDEX"
        yield Effect(
            name_of(tree.relation), SHARE_UPDATE_EXCLUSIVE if is_index else ACCESS_EXCLUSIVE
        )


def _set_schema(tree: Any) -> Iterator[Effect]:
    if tree.relation is not None:
        yield Effect(name_of(tree.relation), ACCESS_EXCLUSIVE)


def _comment(tree: Any) -> Iterator[Effect]:
    whole = ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX")
    part = ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_TABCONSTRAINT")
    if tree.objtype in whole:
        yield Effect(_dotted(tree.object), SHARE_UPDATE_EXCLUSIVE)
    elif tree.objtype == "OBJECT_COLUMN":
        yield Effect(_dotted(tree.object[:-1]), SHARE_UPDATE_EXCLUSIVE)
    elif tree.objtype in part:
        yield Effect(_dotted(tree.object[:-1]), ACCESS_SHARE)


def _statistics(tree: Any) -> Iterator[Effect]:
    for relation in tree.relations or ():
        yield Effect(name_of(relation), SHARE_UPDATE_EXCLUSIVE)


def _changes_rows(tree: Any) -> Iterator[Effect]:
    is_insert = tree.is_a("InsertStmt")
    yield Effect(name_of(tree.relation), ROW_EXCLUSIVE, scans=not is_insert)


def _copy(tree: Any) -> Iterator[Effect]:
    if tree.relation is not None:
        yield Effect(name_of(tree.relation), ROW_EXCLUSIVE if tree.is_from else ACCESS_SHARE)


def _view(tree: Any) -> Iterator[Effect]:
    if tree.replace:
        yield Effect(name_of(tree.view), ACCESS_EXCLUSIVE)


def _opaque(what: str) -> Callable[[Any], Iterator[Effect]]:
    def handler(_tree: Any) -> Iterator[Effect]:
        yield Effect("", "", note=f"locks what the {what} does; read it")

    return handler


def _dotted(parts: Any) -> str:
    return ".".join(part.sval for part in parts)


_HANDLERS: dict[str, Callable[[Any], Iterator[Effect]]] = {
    "AlterTableStmt": alter_table,
    "AlterObjectSchemaStmt": _set_schema,
    "AlterPolicyStmt": _on_relation(ACCESS_EXCLUSIVE, "table"),
    "AlterSeqStmt": _on_relation(SHARE_ROW_EXCLUSIVE, "sequence"),
    "CallStmt": _opaque("procedure"),
    "ClusterStmt": _cluster,
    "CommentStmt": _comment,
    "CopyStmt": _copy,
    "CreatePolicyStmt": _on_relation(ACCESS_EXCLUSIVE, "table"),
    "CreateStatsStmt": _statistics,
    "CreateStmt": _create_table,
    "CreateTrigStmt": _trigger,
    "DeleteStmt": _changes_rows,
    "DoStmt": _opaque("block"),
    "DropStmt": _drop,
    "IndexStmt": _create_index,
    "InsertStmt": _changes_rows,
    "LockStmt": _lock,
    "MergeStmt": _changes_rows,
    "RefreshMatViewStmt": _refresh,
    "ReindexStmt": _reindex,
    "RenameStmt": _rename,
    "RuleStmt": _on_relation(ACCESS_EXCLUSIVE),
    "TruncateStmt": _truncate,
    "UpdateStmt": _changes_rows,
    "VacuumStmt": _vacuum,
    "ViewStmt": _view,
}
