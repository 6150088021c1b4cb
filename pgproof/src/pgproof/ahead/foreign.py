"""Foreign keys: what adding or dropping one does to the tables at its other end."""

from collections.abc import Iterable, Iterator
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import STORED, Constraint, Relation
from pgproof.ahead.locks import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE, Effect
from pgproof.ahead.names import named, on
from pgproof.ahead.planner import quoted


def added(
    catalogue: Catalogue, constraint: Any, table: Relation | None, *, scans: bool
) -> Iterator[Effect]:
    """Yield what a new constraint, if it is a foreign key, does to the table that it refers to."""
    if constraint.contype == "CONSTR_FOREIGN":
        target = catalogue.named(constraint.pktable)
        if scans and table is not None and target is not None:
            own = tuple(one.sval for one in constraint.fk_attrs or ())
            others = tuple(one.sval for one in constraint.pk_attrs or ())
            scans = is_read(catalogue, table, own, target, others)
        note = (
            "is referenced; read to check the rows that refer to it" if scans else "is referenced"
        )
        yield from named(catalogue, constraint.pktable, SHARE_ROW_EXCLUSIVE, note, scans=scans)


def is_read(
    catalogue: Catalogue,
    table: Relation,
    columns: tuple[str, ...],
    target: Relation,
    others: tuple[str, ...],
) -> bool:
    """Whether the referenced table is read whole when the rows of a foreign key are checked.

    Not so where every row has a null, nor where the server looks up each row by an index: it is
    asked how it plans the query that PostgreSQL checks the rows by.
    """
    if any((table.oid, one) in catalogue.unfilled for one in columns):
        return False
    keys = [one.columns for one in catalogue.of(target) if one.kind == "p"]
    others = others or (keys[0] if keys else ())
    known = (
        table.oid > 0 and target.oid > 0 and target.kind in STORED and len(others) == len(columns)
    )
    if not known or catalogue.planner is None:
        return True
    found = catalogue.planner.reads(_check(table, columns, target, others), ("pg_catalog",))
    return found is None or (target.schema, target.name) in found


def _check(
    table: Relation, columns: tuple[str, ...], target: Relation, others: tuple[str, ...]
) -> str:
    """Return the query by which PostgreSQL checks the rows of a foreign key."""
    pairs = list(zip(map(quoted, columns), map(quoted, others), strict=True))
    joined = " and ".join(f"pk.{other} operator(pg_catalog.=) fk.{own}" for own, other in pairs)
    filled = " and ".join(f"fk.{own} is not null" for own, _ in pairs)
    return (
        f"select 1 from only {quoted(table.schema, table.name)} as fk left join only"  # noqa: S608
        f" {quoted(target.schema, target.name)} as pk on ({joined})"
        f" where pk.{pairs[0][1]} is null and ({filled})"
    )


def dropped(
    catalogue: Catalogue, constraints: Iterable[Constraint], *, with_table: bool = False
) -> Iterator[Effect]:
    """Yield what the end of constraints does to other tables.

    A key takes the foreign keys that refer to it with it. The triggers that guard a referenced
    table are those of the uppermost constraint: a partition that is dropped leaves them.
    """
    for one in constraints:
        if one.refers and (not one.parent or not with_table):
            yield from _reference(catalogue, one)
        if one.kind in ("p", "u"):
            for other in catalogue.referring(catalogue.relations[one.table]):
                if other.index == one.index:
                    yield from _reference(catalogue, other)


def _reference(catalogue: Catalogue, constraint: Constraint) -> Iterator[Effect]:
    while constraint.parent in catalogue.constraints:
        constraint = catalogue.constraints[constraint.parent]
    for oid, note in (
        (constraint.table, f"its foreign key {constraint.name} is dropped"),
        (constraint.target, f"was referenced by {constraint.name}"),
    ):
        if oid in catalogue.relations:
            tree = catalogue.tree(catalogue.relations[oid])
            yield from on(catalogue, tree, ACCESS_EXCLUSIVE, note)


def retyped(catalogue: Catalogue, table: Relation, column: str, *, read: bool) -> Iterator[Effect]:
    """Yield what another type of a column does to tables that it refers to, or that refer to it."""
    for one in catalogue.of(table):
        if one.refers and column in one.columns and one.target in catalogue.relations:
            note = f"the foreign key {one.name} is made anew"
            target = catalogue.relations[one.target]
            scans = read and one.valid
            yield from on(catalogue, (target,), ACCESS_EXCLUSIVE, note, scans=scans)
    for one in catalogue.referring(table):
        if column in one.target_columns and one.table in catalogue.relations:
            note = f"its foreign key {one.name} is made anew"
            other = catalogue.relations[one.table]
            scans = read and one.valid
            yield from on(catalogue, (other,), ACCESS_EXCLUSIVE, note, scans=scans)


def validated(catalogue: Catalogue, constraint: Constraint, lock: str) -> Iterator[Effect]:
    """Yield what checking the rows of a foreign key does to the table that it refers to."""
    if constraint.target in catalogue.relations:
        target, table = (catalogue.relations[oid] for oid in (constraint.target, constraint.table))
        read = is_read(catalogue, table, constraint.columns, target, constraint.target_columns)
        note = "read to check the rows that refer to it" if read else "each row is looked up in it"
        yield from on(catalogue, catalogue.tree(target), lock, note, scans=read)
