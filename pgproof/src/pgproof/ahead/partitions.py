"""Partitions that come and go: the parent, its default partition, and foreign keys of both ends."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pgproof.ahead import foreign
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.columns import conjuncts, not_null
from pgproof.ahead.facts import Relation
from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
)
from pgproof.ahead.names import label, on
from pgproof.sql.parser import Node


def made(catalogue: Catalogue, parent: Any, bound: Any) -> Iterator[Effect]:
    """Yield what CREATE TABLE … PARTITION OF does to its parent and others."""
    yield Effect(label(catalogue, parent), ACCESS_EXCLUSIVE, note="gains a partition")
    found = catalogue.named(parent)
    if found is not None:
        yield from _default(catalogue, found, bound)
        yield from _ends(catalogue, found, SHARE_ROW_EXCLUSIVE, "a foreign key reaches a partition")


def attached(catalogue: Catalogue, parent: Any, command: Any) -> Iterator[Effect]:
    """Yield what ATTACH PARTITION does."""
    yield Effect(label(catalogue, parent), SHARE_UPDATE_EXCLUSIVE, note="gains a partition")
    found, partition = catalogue.named(parent), catalogue.named(command.name)
    if found is None or partition is None:
        note = "scanned, unless a valid check proves its bound"
        yield Effect(label(catalogue, command.name), ACCESS_EXCLUSIVE, scans=True, note=note)
        return
    yield from _default(catalogue, found, command.bound)
    reasons = _reasons(catalogue, found, partition, command.bound)
    yield from on(
        catalogue,
        catalogue.tree(partition),
        ACCESS_EXCLUSIVE,
        "; ".join(reasons) or "no scan: its bound is proved",
        scans=bool(reasons),
    )
    own = {(one.target, one.columns) for one in catalogue.of(partition) if one.refers}
    for one in catalogue.of(found):
        if one.refers and one.target in catalogue.relations:
            target = catalogue.relations[one.target]
            read = (one.target, one.columns) not in own and foreign.is_read(
                catalogue, partition, one.columns, target, one.target_columns
            )
            note = f"the foreign key {one.name} reaches a partition"
            yield from on(catalogue, (target,), SHARE_ROW_EXCLUSIVE, note, scans=read)
    yield from _referring(catalogue, found, SHARE_ROW_EXCLUSIVE, "refers to the parent")


def detached(catalogue: Catalogue, parent: Any, command: Any) -> Iterator[Effect]:
    """Yield what DETACH PARTITION does."""
    concurrent = bool(command.concurrent)
    lock = SHARE_UPDATE_EXCLUSIVE if concurrent else ACCESS_EXCLUSIVE
    yield Effect(label(catalogue, parent), lock, note="loses a partition")
    found, partition = catalogue.named(parent), catalogue.named(command.name)
    if found is None or partition is None:
        note = "scanned, unless no foreign key refers to the parent"
        yield Effect(label(catalogue, command.name), ACCESS_EXCLUSIVE, scans=True, note=note)
        return
    referring = [one for one in catalogue.referring(partition) if one.parent]
    yield from on(catalogue, (partition,), ACCESS_EXCLUSIVE, scans=bool(referring))
    default = catalogue.default_partition(found)
    if default is not None:
        yield from on(catalogue, (default,), lock, "the default partition")
    for one in catalogue.of(partition):
        if one.refers and one.target in catalogue.relations:
            target = catalogue.tree(catalogue.relations[one.target])
            note = f"the foreign key {one.name} becomes the partition's own"
            yield from on(catalogue, target, SHARE_ROW_EXCLUSIVE, note)
    for one in referring:
        if one.table in catalogue.relations:
            other = catalogue.tree(catalogue.relations[one.table])
            note = "read: no row of it may refer to the partition"
            yield from on(catalogue, other, ACCESS_EXCLUSIVE, note, scans=True)


def dropped(catalogue: Catalogue, partition: Relation) -> Iterator[Effect]:
    """Yield what the end of a partition does to its parent and the default partition."""
    for oid in partition.parents if partition.bound else ():
        parent = catalogue.relations[oid]
        yield from on(catalogue, (parent,), ACCESS_EXCLUSIVE, "loses a partition")
        default = catalogue.default_partition(parent)
        if default is not None:
            yield from on(catalogue, (default,), ACCESS_EXCLUSIVE, "the default partition")


def _default(catalogue: Catalogue, parent: Relation, bound: Any) -> Iterator[Effect]:
    default = catalogue.default_partition(parent)
    if default is not None and not bound.is_default:
        note = "the default partition is read: no row of it may belong in the new one"
        yield from on(catalogue, catalogue.tree(default), ACCESS_EXCLUSIVE, note, scans=True)


def _ends(catalogue: Catalogue, table: Relation, lock: str, note: str) -> Iterator[Effect]:
    for one in catalogue.of(table):
        if one.refers and one.target in catalogue.relations:
            yield from on(catalogue, (catalogue.relations[one.target],), lock, note)
    yield from _referring(catalogue, table, lock, note)


def _referring(catalogue: Catalogue, table: Relation, lock: str, note: str) -> Iterator[Effect]:
    for one in catalogue.referring(table):
        if one.table in catalogue.relations:
            yield from on(catalogue, (catalogue.relations[one.table],), lock, note)


def _reasons(catalogue: Catalogue, parent: Relation, partition: Relation, bound: Any) -> list[str]:
    """Return why a partition is read when it is attached; [] if it is not."""
    found = [] if _is_proved(catalogue, parent, partition, bound) else ["scanned for its bound"]
    has = {(index.key, index.unique) for index in catalogue.owned(partition, "i", "I")}
    missing = [
        index.name
        for index in catalogue.owned(parent, "I")
        if (index.key, index.unique) not in has or "" in index.key
    ]
    if missing:
        found.append(f"an index is built for each of {', '.join(missing)}")
    return found


def _is_proved(catalogue: Catalogue, parent: Relation, partition: Relation, bound: Any) -> bool:
    """Tell whether a valid check proves a bound on one column, or hash needs none to be read."""
    if len(parent.key) != 1 or not parent.key[0]:
        return False
    (key,) = parent.key
    conditions = {
        text
        for one in catalogue.of(partition)
        if one.kind == "c" and one.valid
        for condition in conjuncts(one)
        for text in _forms(condition, key)
    }
    if not_null(catalogue, partition, key).scans:
        return False
    if bound.strategy == "r":
        wanted = [
            (">=", _value(bound.lowerdatums[0])),
            ("<", _value(bound.upperdatums[0])),
        ]
        return all(value is not None and (sign, value) in conditions for sign, value in wanted)
    if bound.strategy == "l" and len(bound.listdatums or ()) == 1:
        return ("=", _value(bound.listdatums[0])) in conditions
    return False


def _forms(condition: Any, key: str) -> Iterator[tuple[str, str]]:
    """Yield sign and value of `key sign value`."""
    if condition.is_a("A_Expr") and condition.lexpr is not None:
        column = condition.lexpr
        while column.is_a("TypeCast"):
            column = column.arg
        value = _value(condition.rexpr)
        if (
            column.is_a("ColumnRef")
            and column.fields["fields"][-1] == {"String": {"sval": key}}
            and value is not None
        ):
            yield condition.name[0].sval, value


def _value(node: Any) -> str | None:
    """Return a constant as text, whatever type it is cast to."""
    while isinstance(node, Node) and node.is_a("TypeCast"):
        node = node.arg
    if not isinstance(node, Node) or not node.is_a("A_Const"):
        return None
    for name in ("ival", "sval", "fval", "boolval"):
        value = getattr(node, name)
        if value is not None:
            return _same(str(getattr(value, name) or 0))
    return None


def _same(text: str) -> str:
    """Return a time as the server shows it in UTC, where the session is; other text as it is."""
    try:
        moment = datetime.fromisoformat(text) if "-" in text else None
    except ValueError:
        return text
    if moment is None:
        return text
    zone = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return zone.astimezone(UTC).isoformat()
