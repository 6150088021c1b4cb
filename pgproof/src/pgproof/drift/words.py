"""Names and words of statements on objects of the catalogue. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from pgproof.catalogue.snapshot import Definition, Key, Objects

ATTACHED = frozenset(("constraint", "trigger", "rule", "policy"))
"""Kinds whose name is that of a table with one of its own behind it, as that of a column is."""
_TABLES = frozenset(("table", "foreign table", "view", "materialized view"))
_TARGETS = {
    **dict.fromkeys(_TABLES, "table"),
    "server": "foreign server",
    "aggregate": "function",
}
_OF_PUBLIC = {
    "function": "all to public",
    "procedure": "all to public",
    "aggregate": "all to public",
    "type": "all to public",
    "domain": "all to public",
    "language": "all to public",
    "database": "connect, temporary to public",
}
"""What everybody may do unless it is revoked."""
_PLURALS = {
    **dict.fromkeys(_TABLES, " on tables"),
    **dict.fromkeys(("function", "procedure", "aggregate"), " on functions"),
    **dict.fromkeys(("type", "domain"), " on types"),
    "sequence": " on sequences",
    "schema": " on schemas",
}
_OPTION = " with grant option"


@dataclass(frozen=True)
class Place:
    """An object, its definition, and the objects that it stands among."""

    kind: str
    name: str
    definition: Definition
    objects: Objects
    database: str

    @property
    def key(self) -> Key:
        """Kind and name."""
        return self.kind, self.name

    @property
    def table(self) -> str:
        """The table, or type, of a column or of what is attached to a table."""
        return str(self.definition["of"])

    @property
    def own_name(self) -> str:
        """The name within that table."""
        return self.name.removeprefix(f"{self.table}.")

    @property
    def where(self) -> str:
        """How statements name it: `trigger t on shop.orders`."""
        if self.kind in ATTACHED:
            of = "domain " if self.definition.get("on") == "domain" else ""
            return f"{self.kind} {self.own_name} on {of}{self.table}"
        return f"{self.kind} {self.database if self.kind == 'database' else self.name}"


def literal(value: object) -> str:
    """Return a value as a literal of SQL."""
    return sql.Literal(str(value)).as_string().strip()


def unquoted(name: str) -> str:
    """Return a quoted name as the catalogue has it."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def parts(publication: Definition) -> list[str]:
    """Return what a publication is for, as statements list it."""
    one = publication
    found = [f"table {', '.join(one['tables'])}"] if "tables" in one else []
    return found + ([f"tables in schema {', '.join(one['schemas'])}"] if "schemas" in one else [])


def enabled(place: Place) -> str:
    """Return the statement that enables or disables a trigger or rule."""
    verb = {"no": "disable", "on a replica": "enable replica", "always": "enable always"}
    word = verb.get(place.definition.get("enabled", ""), "enable")
    if place.kind == "event trigger":
        return f"alter event trigger {place.name} {word}"
    return f"alter table {place.table} {word} {place.kind} {place.own_name}"


def options(listed: Iterable[str], *, equals: str = " = ") -> str:
    """Return `name=value` pairs as a list of options."""
    pairs = (one.partition("=") for one in listed)
    return ", ".join(f"{name}{equals}{literal(value)}" for name, _, value in pairs)


def grants(place: Place, found: Any) -> Iterator[str]:
    """Yield what makes the privileges on an object those expected, where they are `found`."""
    expected, now = _by_role(place, place.definition.get("privileges")), _by_role(place, found)
    for role in sorted(expected.keys() | now.keys()):
        wanted, had = expected.get(role, ()), now.get(role, ())
        if wanted == had:
            continue
        if had:
            yield f"{_given(place, 'revoke', 'all')} from {role}"
        for words, option in wanted:
            yield f"{_given(place, 'grant', words)} to {role}{option}"


def by_default(place: Place) -> list[str]:
    """Return the privileges on a new object: those of the owner, of everybody, and by default."""
    lines = _built_in(place)
    for (kind, name), one in place.objects.items():
        if kind == "default privileges" and name.endswith(_PLURALS.get(place.kind, "nothing")):
            lines += one.get("privileges", ())
    return lines


def _built_in(place: Place) -> list[str]:
    """Return the privileges that are there without a grant."""
    owner, kind = place.definition.get("owner"), place.kind
    if kind == "default privileges" and " in schema " not in place.name:
        owner, _, plural = place.name.removeprefix("for role ").partition(" on ")
        kind = plural.removesuffix("s")
    lines = [] if owner is None else [f"all to {owner}"]
    return [*lines, _OF_PUBLIC[kind]] if kind in _OF_PUBLIC else lines


def _by_role(place: Place, lines: list[str] | None) -> Mapping[str, tuple[tuple[str, str], ...]]:
    roles: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in _built_in(place) if lines is None else lines:
        words, _, role = line.removesuffix(_OPTION).partition(" to ")
        one = (words, _OPTION if line.endswith(_OPTION) else "")
        if one not in roles.get(role, ()):
            roles[role] = (*roles.get(role, ()), one)
    return roles


def _given(place: Place, verb: str, words: str) -> str:
    if place.kind == "default privileges":
        whose, _, target = place.name.rpartition(" on ")
        return f"alter default privileges {whose} {verb} {words} on {target}"
    if place.kind == "column":
        words = ", ".join(f"{word} ({place.own_name})" for word in words.split(", "))
        return f"{verb} {words} on table {place.table}"
    name = place.database if place.kind == "database" else place.name
    return f"{verb} {words} on {_TARGETS.get(place.kind, place.kind)} {name}"
