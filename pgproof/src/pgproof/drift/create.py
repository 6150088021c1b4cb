"""Statements that make an object of the catalogue, with what is attached to it. Pure."""

from collections.abc import Callable, Iterator

from pgproof.drift import columns
from pgproof.drift.words import (
    Place,
    by_default,
    enabled,
    grants,
    literal,
    options,
    parts,
)

_WHOLE = frozenset(("index", "trigger", "rule", "statistics", "function", "procedure"))
"""Kinds whose definition is the statement."""
_FOLLOWING = ("column", "constraint", "index", "trigger", "rule", "policy", "statistics")


def create(place: Place) -> Iterator[str]:
    """Yield the statements; none where they are not known."""
    if place.kind in _WHOLE:
        # An index of a partitioned table is shown as one of the table ONLY.
        yield str(place.definition["definition"]).strip().replace(" ON ONLY ", " ON ", 1)
    elif place.kind in _MAKERS:
        yield from _MAKERS[place.kind](place)
    else:
        return
    yield from described(place)
    if place.kind in ("table", "foreign table", "view", "materialized view"):
        yield from _following(place)


def described(place: Place) -> Iterator[str]:
    """Yield what sets owner, comment, privileges and state of an object that has the default."""
    definition = place.definition
    if "owner" in definition:
        yield f"alter {place.where} owner to {definition['owner']}"
    if "comment" in definition:
        yield f"comment on {place.where} is {literal(definition['comment'])}"
    if "owner" in definition or "privileges" in definition:
        yield from grants(place, by_default(place))
    if "enabled" in definition:
        yield enabled(place)


def _table(place: Place) -> Iterator[str]:
    one = place.definition
    if "partition of" in one:
        bounds = one.get("bounds", "default")
        text = f"create table {place.name} partition of {one['partition of']} {bounds}"
    else:
        unlogged = "unlogged " if "persistence" in one else ""
        text = f"create {unlogged}{place.kind} {place.name} ({', '.join(columns.of_table(place))})"
        text += f" inherits ({', '.join(one['inherits'])})" if "inherits" in one else ""
    text += f" partition by {one['partitioned by']}" if "partitioned by" in one else ""
    text += f" server {one['server']}" if "server" in one else ""
    if "foreign options" in one:
        text += f" options ({options(one['foreign options'], equals=' ')})"
    text += f" with ({options(one['options'])})" if "options" in one else ""
    yield text
    if "row security" in one:
        yield f"alter table {place.name} enable row level security"
    if "row security of the owner" in one:
        yield f"alter table {place.name} force row level security"


def _following(place: Place) -> Iterator[str]:
    """Yield what is attached to a table or view: constraints, indexes, comments of columns."""
    for wanted in _FOLLOWING:
        for (kind, name), one in sorted(place.objects.items(), key=lambda item: item[0]):
            if kind != wanted or one.get("of") != place.name or "inherited" in one:
                continue
            below = Place(kind, name, one, place.objects, place.database)
            yield from described(below) if kind == "column" else create(below)


def _view(place: Place) -> Iterator[str]:
    one = place.definition
    given = f" with ({options(one['options'])})" if "options" in one else ""
    yield f"create {place.kind} {place.name}{given} as {one['definition'].strip().rstrip(';')}"


def _type(place: Place) -> Iterator[str]:
    one = place.definition
    if one.get("is") == "enum":
        yield f"create type {place.name} as enum ({', '.join(map(literal, one['labels']))})"
    elif one.get("is") == "composite":
        yield f"create type {place.name} as ({', '.join(columns.of_table(place, 'attributes'))})"


def _domain(place: Place) -> Iterator[str]:
    one = place.definition
    default = f" default {one['default']}" if "default" in one else ""
    yield (
        f"create domain {place.name} as {one['type']}{default}"
        f"{' not null' if 'not null' in one else ''}"
    )
    for (kind, name), below in sorted(place.objects.items(), key=lambda item: item[0]):
        if kind == "constraint" and below.get("of") == place.name:
            yield from create(Place(kind, name, below, place.objects, place.database))


def _constraint(place: Place) -> Iterator[str]:
    kind = "domain" if place.definition.get("on") else "table"
    yield (
        f"alter {kind} {place.table} add constraint {place.own_name}"
        f" {place.definition['definition']}"
    )


def _policy(place: Place) -> Iterator[str]:
    one = place.definition
    text = (
        f"create policy {place.own_name} on {place.table} as {one['as']} for {one['for']}"
        f" to {one['to']}"
    )
    text += f" using ({one['using']})" if "using" in one else ""
    yield text + (f" with check ({one['with check']})" if "with check" in one else "")


def _event_trigger(place: Place) -> Iterator[str]:
    one = place.definition
    tags = f" when tag in ({', '.join(map(literal, one['tags']))})" if "tags" in one else ""
    yield (
        f"create event trigger {place.name} on {one['event']}{tags}"
        f" execute function {one['function']}"
    )


def _publication(place: Place) -> Iterator[str]:
    one = place.definition
    listed = ", ".join(parts(one))
    every = "all tables" if one["settings"].get("puballtables") else listed
    yield f"create publication {place.name}{f' for {every}' if every else ''}"


_MAKERS: dict[str, Callable[[Place], Iterator[str]]] = {
    "schema": lambda place: iter((f"create schema {place.name}",)),
    "extension": lambda place: iter(
        (f"create extension {place.name} with schema {place.definition['schema']}",)
    ),
    "table": _table,
    "foreign table": _table,
    "column": columns.added,
    "view": _view,
    "materialized view": _view,
    "sequence": lambda place: iter((f"create sequence {place.name} {columns.sequence(place)}",)),
    "type": _type,
    "domain": _domain,
    "constraint": _constraint,
    "policy": _policy,
    "event trigger": _event_trigger,
    "publication": _publication,
    "default privileges": lambda _place: iter(()),
}
