"""The tables that a migration changes, and those that they refer to, as boxes and lines. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pgproof.catalogue.grouped import grouped, lasting
from pgproof.catalogue.snapshot import Definition, Key, Objects
from pgproof.drift.words import unquoted

MOST = 30
"""Tables that are drawn at the most."""
_KINDS = frozenset(("table", "foreign table"))
_KEY = re.compile(r"FOREIGN KEY \((.*?)\) REFERENCES (.+?)\(")
_PRIMARY = re.compile(r"PRIMARY KEY \((.*?)\)")
_UNCHANGED = 2
"""Columns without a change or a key that are drawn, before the others are counted."""


@dataclass(frozen=True)
class Column:
    """A row of a box; `mark` is +, -, ~ or a space, `key` is PK, FK or nothing."""

    mark: str
    name: str
    type: str
    key: str


@dataclass(frozen=True)
class Box:
    """A table. `left_out` counts the columns that are not drawn."""

    name: str
    mark: str
    columns: tuple[Column, ...]
    left_out: int = 0


@dataclass(frozen=True)
class Line:
    """A foreign key, from the table that has it to the one that it refers to."""

    source: str
    target: str
    columns: str
    mark: str


@dataclass(frozen=True)
class Diagram:
    """Boxes in order of their names; `left_out` counts changed tables that are not drawn."""

    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    left_out: int = 0


def diagram(before: Objects, after: Objects) -> Diagram:
    """Return the tables that differ, with their foreign keys and the tables at the other ends."""
    first, second = _tables(before), _tables(after)
    names = sorted(first.keys() | second.keys())
    changed = [one for one in names if first.get(one) != second.get(one)]
    drawn = changed[:MOST]
    lines = list(_lines(first, second))
    near = [one for one in lines if one.source in drawn or one.target in drawn]
    for line in near:
        for end in (line.source, line.target):
            if end not in drawn and end in names and len(drawn) < MOST:
                drawn.append(end)
    lines = [one for one in near if one.source in drawn and one.target in drawn]
    boxes = (_box(one, first.get(one), second.get(one)) for one in sorted(drawn))
    return Diagram(tuple(boxes), tuple(lines), max(len(changed) - MOST, 0))


def _tables(objects: Objects) -> dict[str, dict[Key, Definition]]:
    found = {}
    for (kind, name), group in grouped(lasting(objects)).items():
        if kind in _KINDS and "partition of" not in group[kind, name]:
            found[name] = group
    return found


Group = dict[Key, Definition]


def _box(name: str, before: Group | None, after: Group | None) -> Box:
    columns = _columns(name, before or {}, after or {})
    if before is None or after is None:
        mark = "+" if before is None else "-"
        return Box(name, mark, tuple(replace(one, mark=mark) for one in columns))
    kept: list[Column] = []
    left = 0
    for one in columns:
        plain = one.mark == " " and not one.key
        if plain and sum(k.mark == " " and not k.key for k in kept) >= _UNCHANGED:
            left += 1
        else:
            kept.append(one)
    return Box(name, " " if before == after else "~", tuple(kept), left)


def _columns(name: str, before: Group, after: Group) -> list[Column]:
    old, new = (
        {k[1]: one for k, one in side.items() if k[0] == "column"} for side in (before, after)
    )
    keys = _keys({**before, **after})
    order = list(dict.fromkeys((*_ordered(name, before), *_ordered(name, after))))
    found = []
    for label in order:
        full = next((one for one in (*new, *old) if _own(one, name) == label), None)
        if full is None:
            continue
        one = new.get(full, old.get(full, {}))
        mark = "+" if full not in old else "-" if full not in new else " "
        mark = "~" if mark == " " and old[full] != new[full] else mark
        found.append(Column(mark, label, str(one.get("type", "")), keys.get(label, "")))
    return found


def _own(column: str, table: str) -> str:
    return unquoted(column.removeprefix(f"{table}."))


def _ordered(name: str, group: Group) -> Sequence[str]:
    return next((one.get("columns", ()) for key, one in group.items() if key[1] == name), ())


def _keys(group: Group) -> dict[str, str]:
    found: dict[str, str] = {}
    for (kind, _), one in sorted(group.items()):
        text = str(one.get("definition", "")) if kind == "constraint" else ""
        for pattern, word in ((_KEY, "FK"), (_PRIMARY, "PK")):
            if match := pattern.match(text):
                found.update((unquoted(part.strip()), word) for part in match[1].split(","))
    return found


def _lines(before: dict[str, Group], after: dict[str, Group]) -> Iterator[Line]:
    old = {one.name: one for one in _foreign(before)}
    new = {one.name: one for one in _foreign(after)}
    for name in sorted(old.keys() | new.keys()):
        mark = "+" if name not in old else "-" if name not in new else " "
        mark = "~" if mark == " " and old[name] != new[name] else mark
        one = new.get(name) or old[name]
        yield Line(one.source, one.target, one.columns, mark)


@dataclass(frozen=True)
class _Foreign:
    name: str
    source: str
    target: str
    columns: str
    text: str


def _foreign(tables: dict[str, Group]) -> Iterator[_Foreign]:
    for table, group in tables.items():
        for (kind, name), one in group.items():
            text = str(one.get("definition", ""))
            match = _KEY.match(text) if kind == "constraint" else None
            if match:
                yield _Foreign(name, table, match[2], match[1], text)
