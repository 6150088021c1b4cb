"""Columns that a statement leaves out or sets to null, which EXPLAIN does not refuse."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pgproof.ahead.functions import walk
from pgproof.compat import records
from pgproof.compat.schema import Column, Relation, Schema
from pgproof.compat.seen import Seen
from pgproof.sql.parser import Node


@dataclass(frozen=True)
class Given:
    """The columns that a statement writes: `count` of them in order if none are named.

    `nulls` are those that it sets to null; an UPDATE gives no others.
    """

    table: str
    columns: tuple[str, ...]
    count: int | None
    nulls: frozenset[str]
    inserts: bool = True


def given(root: Node) -> list[Given]:
    """Return what the INSERTs and UPDATEs of a statement give."""
    return [
        _of_insert(one) if one.is_a("InsertStmt") else _of_update(one)
        for one in walk(root)
        if one.is_a("InsertStmt", "UpdateStmt") and one.relation is not None
    ]


def _of_insert(node: Node) -> Given:
    names = tuple(one.name for one in node.cols or ())
    lists = (node.selectStmt.valuesLists if node.selectStmt is not None else ()) or ()
    first: tuple[Node, ...] = lists[0] if lists else ()
    targets = (node.selectStmt.targetList if node.selectStmt is not None else ()) or ()
    is_star = any("A_Star" in str(one.fields) for one in targets)
    count = len(first) if lists else None if is_star or not targets else len(targets)
    if node.selectStmt is None:
        count = 0
    nulls = frozenset(
        name for row in lists for name, one in zip(names, row, strict=False) if _is_null(one)
    )
    return Given(node.relation.relname, names, count, nulls)


def _of_update(node: Node) -> Given:
    nulls = {one.name for one in node.targetList or () if one.val and _is_null(one.val)}
    return Given(node.relation.relname, (), None, frozenset(nulls), inserts=False)


def _is_null(node: Node) -> bool:
    return node.is_a("A_Const") and bool(node.isnull)


def changes(
    several: Sequence[Given], was: Seen, before: Schema, now: Seen, after: Schema
) -> Iterator[tuple[str, str]]:
    """Yield kind and message of what becomes of columns that are left out or set to null."""
    if was.plan is None or now.plan is None:
        return
    for one in several:
        for _, name in sorted(now.plan.written):
            new, old = after.relations.get(name), before.relations.get(name)
            if new and old and name.rpartition(".")[2] == one.table:
                yield from _of_table(one, name, old, new)


def _of_table(one: Given, table: str, old: Relation, new: Relation) -> Iterator[tuple[str, str]]:
    for name in sorted(one.nulls & new.columns.keys()):
        was = old.columns.get(name)
        if new.columns[name].not_null and was and not was.not_null:
            yield records.FAILS, f"it sets {table}.{name} to null, which is not null now"
    left = _left_out(one, old) if one.inserts else None
    if left is None:
        return
    for name, column in new.columns.items():
        was = old.columns.get(name)
        if was is not None and name not in left:
            continue
        if _is_required(column) and not (was and _is_required(was)):
            kind = records.GUARD if name in new.fills else records.FAILS
            yield kind, f"it leaves out {table}.{name}, which is not null and has no default"
        elif was and was.default and column.default is None and not column.is_made:
            yield records.VALUES, f"it leaves out {table}.{name}, which has no default any more"
        elif was and was.default and column.default and column.default != was.default:
            message = f"it leaves out {table}.{name}, whose default is {column.default} now"
            yield records.GUARD, message


def _is_required(column: Column) -> bool:
    return column.not_null and column.default is None and not column.is_made


def _left_out(one: Given, table: Relation) -> set[str] | None:
    """Return the columns of before that a row gets no value for; None if it is not known."""
    if one.columns:
        return set(table.columns) - set(one.columns)
    return None if one.count is None else set(list(table.columns)[one.count :])
