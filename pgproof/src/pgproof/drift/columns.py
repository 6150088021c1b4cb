"""Statements on columns, on identities and on sequences. Pure."""

from collections.abc import Iterator

from pgproof.catalogue.differences import Change
from pgproof.catalogue.snapshot import Definition
from pgproof.drift.words import Place, options, unquoted

_SEQUENCE = ("increment", "minimum", "maximum", "start", "cache")


def of_table(place: Place, order: str = "columns") -> Iterator[str]:
    """Yield the columns of a table, or attributes of a type, as CREATE has them, in their order."""
    own = {
        unquoted(name.removeprefix(f"{place.name}.")): Place(kind, name, one, place.objects, "")
        for (kind, name), one in place.objects.items()
        if kind == "column" and one["of"] == place.name and one.get("inherited") != "only"
    }
    yield from (column(own[name]) for name in place.definition.get(order, ()) if name in own)


def added(place: Place) -> Iterator[str]:
    """Yield what adds a column to its table or type."""
    if ("type", place.table) in place.objects:
        yield f"alter type {place.table} add attribute {column(place)}"
    else:
        yield f"alter table {place.table} add column {column(place)}"


def column(place: Place) -> str:
    """Return a column as CREATE TABLE has it."""
    one = place.definition
    words = [place.own_name, one["type"]]
    if "collation" in one:
        words.append(f"collate {one['collation']}")
    if "default" in one:
        words.append(f"default {one['default']}")
    if "generated" in one:
        how, _, text = one["generated"].partition(" ")
        words.append(f"generated always as ({text}) {how}")
    if "identity" in one:
        words.append(identity(place))
    if "not null" in one:
        words.append("not null")
    return " ".join(words)


def identity(place: Place) -> str:
    """Return the clause of an identity column, with the options of its sequence."""
    owned = (
        definition
        for (kind, _), definition in place.objects.items()
        if kind == "sequence"
        and definition.get("is of an identity")
        and definition["of"] == place.name
    )
    of = next((f" ({_sequence(one)})" for one in owned), "")
    return f"generated {place.definition['identity']} as identity{of}"


def _sequence(one: Definition) -> str:
    words = {"minimum": "minvalue", "maximum": "maxvalue"}
    said = [f"{words.get(name, name)} {one[name]}" for name in _SEQUENCE]
    return " ".join([*said, "cycle" if one.get("cycle") else "no cycle"])


def sequence(place: Place) -> str:
    """Return the options of a sequence."""
    said = f"as {place.definition['type']} {_sequence(place.definition)}"
    owner = f" owned by {place.definition.get('of', 'none')}"
    return said if "is of an identity" in place.definition else said + owner


def altered(place: Place, change: Change) -> Iterator[str]:
    """Yield what gives a column what it should have."""
    name, value, one = change.attribute, change.expected, place.definition
    start = f"alter table {place.table} alter column {place.own_name}"
    if ("type", place.table) in place.objects:
        yield f"alter type {place.table} alter attribute {place.own_name} type {one['type']}"
    elif name in ("type", "collation"):
        of = f" collate {one['collation']}" if "collation" in one else ""
        yield f"{start} type {one['type']}{of} using {place.own_name}::{one['type']}"
    elif name == "default":
        yield f"{start} drop default" if value is None else f"{start} set default {value}"
    elif name == "not null":
        yield f"{start} drop not null" if value is None else f"{start} set not null"
    elif name == "identity":
        if value is None:
            yield f"{start} drop identity"
        elif change.found is None:
            yield f"{start} add {identity(place)}"
        else:
            yield f"{start} set generated {value}"
    elif name == "generated" and value is None:
        yield f"{start} drop expression"
    elif name == "generated" and change.found is not None:
        yield f"{start} set expression as ({value.partition(' ')[2]})"
    elif name in ("storage", "compression"):
        yield f"{start} set {name} {value or 'default'}"
    elif name == "statistics":
        yield f"{start} set statistics {-1 if value is None else value}"
    elif name == "options":
        extra = [f"{given.partition('=')[0]}" for given in change.found or ()]
        yield f"{start} set ({options(value)})" if value else f"{start} reset ({', '.join(extra)})"
