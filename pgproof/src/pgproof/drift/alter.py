"""Statements that change what an object of the catalogue has to what it should have. Pure."""

from collections.abc import Callable, Iterator

from pgproof.catalogue.differences import Change, Difference
from pgproof.catalogue.snapshot import Objects
from pgproof.drift import columns
from pgproof.drift.create import create
from pgproof.drift.words import Place, enabled, grants, literal, options, parts

_AGAIN = frozenset(("index", "constraint", "policy", "statistics", "materialized view", "rule"))
"""Kinds that are dropped and made anew where their definition is another."""
_FLAGS = {
    "row security": ("enable row level security", "disable row level security"),
    "row security of the owner": ("force row level security", "no force row level security"),
}


def statements(difference: Difference, expected: Objects, database: str) -> tuple[str, ...]:
    """Return what would make an object as expected; () where no statements are known."""
    one = difference
    if one.state == "unexpected":
        return tuple(_drop(Place(one.kind, one.name, one.found, expected, database)))
    place = Place(one.kind, one.name, one.expected, expected, database)
    if one.state == "missing":
        return tuple(create(place))
    owner = {"owner"} & {change.attribute for change in one.changes}
    anew = _is_made_anew(one)
    if anew:
        return (*_drop(place), *create(place))
    found: list[str] = []
    for change in sorted(one.changes, key=lambda change: change.attribute not in owner):
        found += _changed(place, change)
    return tuple(dict.fromkeys(found))


def _is_made_anew(one: Difference) -> bool:
    simple = {"owner", "comment", "privileges", "enabled", "is the order of CLUSTER", "target"}
    others = {change.attribute for change in one.changes} - simple - {"options", "tablespace"}
    trigger = one.kind == "trigger" and "definition" in others
    return trigger or (one.kind in _AGAIN and bool(others))


def _drop(place: Place) -> Iterator[str]:
    """Yield what drops an object, or takes back privileges."""
    if place.kind == "column":
        is_type = ("type", place.table) in place.objects
        what = (
            f"type {place.table} drop attribute" if is_type else f"table {place.table} drop column"
        )
        yield f"alter {what} {place.own_name}"
    elif place.kind == "constraint":
        word = "domain" if place.definition.get("on") else "table"
        yield f"alter {word} {place.table} drop constraint {place.own_name}"
    elif place.kind == "default privileges":
        bare = Place(place.kind, place.name, {}, {}, place.database)
        yield from grants(bare, place.definition.get("privileges"))
    elif place.kind != "database":
        yield f"drop {place.where}"


def _changed(place: Place, change: Change) -> Iterator[str]:
    name, value = change.attribute, change.expected
    if name == "owner":
        yield f"alter {place.where} owner to {value}"
    elif name == "comment":
        yield f"comment on {place.where} is {'null' if value is None else literal(value)}"
    elif name == "privileges":
        yield from grants(place, change.found)
    elif name == "enabled":
        yield enabled(place)
    elif name in ("options", "toast options") and place.kind not in ("column", "server"):
        yield from _options(place, change, "toast." if name == "toast options" else "")
    elif name == "definition" and place.kind in ("function", "procedure"):
        yield str(value).strip()
    elif name == "definition" and place.kind == "view":
        yield f"create or replace view {place.name} as {str(value).strip().rstrip(';')}"
    elif place.kind in _OF_KIND:
        yield from _OF_KIND[place.kind](place, change)


def _options(place: Place, change: Change, prefix: str) -> Iterator[str]:
    before, now = change.expected or [], change.found or []
    names = {one.partition("=")[0] for one in before}
    extra = [one.partition("=")[0] for one in now if one.partition("=")[0] not in names]
    kind = place.kind if place.kind in ("view", "materialized view", "index") else "table"
    if extra:
        yield f"alter {kind} {place.name} reset ({', '.join(prefix + one for one in extra)})"
    if before:
        yield f"alter {kind} {place.name} set ({options(prefix + one for one in before)})"


def _table(place: Place, change: Change) -> Iterator[str]:
    name, value = change.attribute, change.expected
    start = f"alter table {place.name}"
    if name in _FLAGS:
        yield f"{start} {_FLAGS[name][value is None]}"
    elif name == "replica identity":
        yield f"{start} replica identity {value or 'default'}"
    elif name == "persistence":
        yield f"{start} set {value or 'logged'}"
    elif name == "tablespace":
        yield f"{start} set tablespace {value or 'pg_default'}"
    elif name == "access method":
        yield f"{start} set access method {value or 'heap'}"
    elif name == "partition of":
        if change.found is not None:
            yield f"alter table {change.found} detach partition {place.name}"
        if value is not None:
            bounds = place.definition.get("bounds", "default")
            yield f"alter table {value} attach partition {place.name} {bounds}"
    elif name == "inherits":
        yield from (f"{start} no inherit {one}" for one in change.found or ())
        yield from (f"{start} inherit {one}" for one in value or ())


def _type(place: Place, change: Change) -> Iterator[str]:
    if change.attribute != "labels" or not set(change.expected) > set(change.found):
        return
    labels = list(change.expected)
    for index, label in enumerate(labels):
        if label not in change.found:
            where = (
                f"after {literal(labels[index - 1])}"
                if index
                else (f"before {literal(change.found[0])}" if change.found else "")
            )
            yield f"alter type {place.name} add value {literal(label)} {where}".rstrip()


def _domain(place: Place, change: Change) -> Iterator[str]:
    start, value = f"alter domain {place.name}", change.expected
    if change.attribute == "default":
        yield f"{start} drop default" if value is None else f"{start} set default {value}"
    elif change.attribute == "not null":
        yield f"{start} {'drop' if value is None else 'set'} not null"


def _extension(place: Place, change: Change) -> Iterator[str]:
    if change.attribute == "version":
        yield f"alter extension {place.name} update to {literal(change.expected)}"
    elif change.attribute == "schema":
        yield f"alter extension {place.name} set schema {change.expected}"


def _database(place: Place, change: Change) -> Iterator[str]:
    if change.attribute == "connection limit":
        limit = -1 if change.expected is None else change.expected
        yield f"alter database {place.database} connection limit {limit}"
    if change.attribute != "settings":
        return
    before, now = change.expected or {}, change.found or {}
    for role in sorted(before.keys() | now.keys()):
        whose = f"database {place.database}"
        if role != "all roles":
            whose = f"role {role} in database {place.database}"
        wanted = _pairs(before.get(role))
        for name in sorted(_pairs(now.get(role)).keys() - wanted.keys()):
            yield f"alter {whose} reset {name}"
        for name, value in wanted.items():
            if _pairs(now.get(role)).get(name) != value:
                yield f"alter {whose} set {name} = {literal(value)}"


def _pairs(listed: list[str] | None) -> dict[str, str]:
    split = (one.partition("=") for one in listed or ())
    return {name: value for name, _, value in split}


def _index(place: Place, change: Change) -> Iterator[str]:
    if change.attribute == "is the order of CLUSTER":
        table = place.definition["table"]
        yield (
            f"alter table {table} cluster on {place.name.rpartition('.')[2]}"
            if change.expected
            else f"alter table {table} set without cluster"
        )
    elif change.attribute == "tablespace":
        yield f"alter index {place.name} set tablespace {change.expected or 'pg_default'}"


def _statistics(place: Place, change: Change) -> Iterator[str]:
    if change.attribute == "target":
        target = -1 if change.expected is None else change.expected
        yield f"alter statistics {place.name} set statistics {target}"


def _publication(place: Place, change: Change) -> Iterator[str]:
    if change.attribute in ("tables", "schemas"):
        if listed := ", ".join(parts(place.definition)):
            yield f"alter publication {place.name} set {listed}"
        elif change.attribute == "tables":
            yield f"alter publication {place.name} drop table {', '.join(change.found)}"


_OF_KIND: dict[str, Callable[[Place, Change], Iterator[str]]] = {
    "column": columns.altered,
    "table": _table,
    "type": _type,
    "domain": _domain,
    "extension": _extension,
    "database": _database,
    "index": _index,
    "statistics": _statistics,
    "publication": _publication,
    "sequence": lambda place, _change: iter(
        (f"alter sequence {place.name} {columns.sequence(place)}",)
    ),
}
