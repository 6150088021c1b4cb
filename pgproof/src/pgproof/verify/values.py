"""Values that a column may take, by its type and by what checks compare it with. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w.'])-?\d+(?:\.\d+)?(?![\w.'])")
_HEX = "0123456789abcdef"
_BY_CATEGORY = {
    "B": ("true", "false"),
    "I": ("127.0.0.1", "10.0.0.0/8"),
    "T": ("1 hour", "2 days"),
}
_BY_TYPE = {
    "json": ("{}", "[]", '{"a": 1}', "null"),
    "jsonb": ("{}", "[]", '{"a": 1}', "null"),
    "bytea": (r"\x00", r"\x" + "ab" * 32),
    "xml": ("<a/>",),
    "tsvector": ("a b",),
    "tsquery": ("a",),
    "point": ("(0,0)",),
    "bit": ("1",),
    "varbit": ("1",),
    "oid": ("1",),
    "regclass": ("pg_class",),
    "macaddr": ("08:00:2b:01:02:03",),
    "pg_lsn": ("0/0",),
}
_DATES = ("2025-01-01", "2025-06-15 12:00:00", "2000-01-01", "now")


@dataclass(frozen=True)
class Column:
    """A column to fill. `checks` are the texts of the constraints on it and its table.

    `category` is that of pg_type, `type` the type's name below a domain; `labels` are those of an
    enumeration.
    """

    name: str
    type: str
    category: str
    labels: tuple[str, ...]
    has_default: bool
    is_nullable: bool
    checks: tuple[str, ...]

    def also(self, later: "Column | None") -> "Column":
        """Return a column whose values fit this one and what it becomes later."""
        if later is None:
            return self
        return replace(
            later,
            has_default=self.has_default,
            is_nullable=self.is_nullable and later.is_nullable,
            checks=(*self.checks, *later.checks),
        )


def choose(column: Column, random: Random) -> str | None:
    """Return a value as text, which the server may refuse; None is null."""
    if column.is_nullable and random.random() < 1 / 8:
        return None
    if column.labels:
        return random.choice(column.labels)
    found = _candidates(column, random)
    return random.choice(found) if found else None


def _candidates(column: Column, random: Random) -> Sequence[str]:
    said = " ".join(column.checks)
    if column.type in _BY_TYPE:
        return _BY_TYPE[column.type]
    if column.type == "uuid":
        return ["".join(random.choices(_HEX, k=32))]
    if column.category == "A":
        return ["{}"]
    if column.category == "R":
        return ["empty", "[1,5)"] if "date" not in column.type else ["empty"]
    if column.category == "N":
        numbers = [*_NUMBER.findall(said), "0", "1", str(random.randrange(1, 1000)), "0.5"]
        is_whole = column.type.startswith("int")
        return [one for one in numbers if not is_whole or "." not in one]
    if column.category == "D":
        literals = [one for one in _LITERAL.findall(said) if one[:1].isdigit()]
        return (*_DATES, *literals) if column.type != "time" else ("12:00", *literals)
    if column.category in _BY_CATEGORY:
        return _BY_CATEGORY[column.category]
    if column.category != "S":
        return []
    literals = [one.replace("''", "'") for one in _LITERAL.findall(said)]
    short = f"x{random.randrange(10**6)}"
    return [
        *literals,
        short,
        short.upper(),
        short[-1],
        "".join(random.choices(_HEX, k=64)),
        f"{short}@example.com",
    ]
