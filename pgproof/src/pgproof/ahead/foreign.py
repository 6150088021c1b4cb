"""Foreign keys: what adding or dropping one does to the tables at its other end."""

from collections.abc import Iterable, Iterator
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Constraint, Relation
from pgproof.ahead.locks import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE, Effect
from pgproof.ahead.names import named, on


def added(catalogue: Catalogue, constraint: Any, *, scans: bool) -> Iterator[Effect]:
    """Yield what a new constraint, if it is a foreign key, does to the table that it refers to."""
    if constraint.contype == "CONSTR_FOREIGN":
        note = (
            "is referenced; read to check the rows that refer to it" if scans else "is referenced"
        )
        yield from named(catalogue, constraint.pktable, SHARE_ROW_EXCLUSIVE, note, scans=scans)


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
        tree = catalogue.tree(catalogue.relations[constraint.target])
        yield from on(catalogue, tree, lock, "read to check the rows that refer to it", scans=True)
