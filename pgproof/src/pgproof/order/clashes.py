"""From what the two orders left to clashes: objects, rows, sequences, statements. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pgproof.catalogue.differences import Difference, differences
from pgproof.catalogue.snapshot import Key, Objects
from pgproof.order.data import Data
from pgproof.order.records import Clash, Failure
from pgproof.order.rows import unequal

_COLUMNS = "columns"
_THERE, _GONE = "is there", "is not there"
_QUOTED = re.compile(r'"([^"]+)"')
_CALLED = re.compile(r"([\w.]+)\(")
RUNS = "runs"
Edit = tuple[Objects, Objects, Objects]
"""The objects at the beginning, after this branch's files alone, and after the others' alone."""


def of_objects(ours: Objects, theirs: Objects, fickle: Collection[Key]) -> Iterator[Clash | str]:
    """Yield a clash for each object that is another by the order, and notes.

    The order of a table's columns is a note: statements that depend on it leave other objects or
    rows. `fickle` objects differ from run to run.
    """
    for one in differences(ours, theirs):
        if one.key in fickle:
            yield f"{one.kind} {one.name} differs from run to run"
        elif {change.attribute for change in one.changes} == {_COLUMNS}:
            yield f"the columns of {one.name} are in another order"
        else:
            first, second = sides(one)
            yield Clash(one.kind, one.name, first, second)


def sides(one: Difference) -> tuple[str, str]:
    """Return what an object is in the first set, and in the second."""
    if one.state == "missing":
        return _THERE, _GONE
    if one.state == "unexpected":
        return _GONE, _THERE
    shown = [change for change in one.changes if change.attribute != _COLUMNS]
    return (
        "; ".join(f"{change.attribute}: {_text(change.expected)}" for change in shown),
        "; ".join(f"{change.attribute}: {_text(change.found)}" for change in shown),
    )


def of_data(ours: Data, theirs: Data, again: Data | None) -> Iterator[Clash | str]:
    """Yield a clash for each table whose rows differ, and each sequence; and notes."""
    for one in unequal(ours, theirs, again):
        columns = f" ({', '.join(one.columns)})" if one.columns else ""
        if one.note:
            yield f"{one.table}: {one.note}"
        else:
            yield Clash("rows", f"{one.table}{columns}", one.ours, one.theirs)
    for name in sorted(ours.sequences.keys() & theirs.sequences.keys()):
        first, second = ours.sequences[name], theirs.sequences[name]
        if first != second and (again is None or again.sequences.get(name) == first):
            yield Clash("sequence", name, f"last value: {first}", f"last value: {second}")


def of_failures(ours: Failure | None, theirs: Failure | None, edit: Edit) -> Iterator[Clash]:
    """Yield a clash for each order that cannot be run, named for the object that is in the way.

    `ours` is the failure where this branch's files ran first. Beside it are told the objects that
    both sides have made or changed otherwise, since what follows a failure was not compared.
    """
    said = [RUNS if one is None else one.message for one in (ours, theirs)]
    keys = [None if one is None else _meant(one.message, edit) for one in (ours, theirs)]
    if None not in keys and keys[0] == keys[1]:
        key = keys[0] or _statement(ours)
        yield Clash(*key, said[0], said[1])
    else:
        if ours is not None:
            yield Clash(*(keys[0] or _statement(ours)), said[0], RUNS)
        if theirs is not None:
            yield Clash(*(keys[1] or _statement(theirs)), RUNS, said[1])
    yield from _edited_by_both(edit)


def _statement(failure: Failure | None) -> Key:
    """Return kind and name of a failure that names no object: file, line and statement."""
    message = failure.message if failure else ""
    place, _, rest = message.partition(": ")
    number = re.match(r"statement \d+", rest)
    return "statement", f"{place}, {number[0]}" if number else place


def _meant(message: str, edit: Edit) -> Key | None:
    """Return the object that a message names, before others one that the sides have changed.

    A message that names a column alone does not say of which table.
    """
    named = (*_QUOTED.findall(message), *_CALLED.findall(message))
    said = {name.rpartition(".")[2] for name in named}
    base, ours, theirs = edit
    found: list[tuple[bool, int, int, Key]] = []
    for key in base.keys() | ours.keys() | theirs.keys():
        by = sum(base.get(key) != side.get(key) for side in (ours, theirs))
        parts = _parts(key)
        is_whole = set(parts) <= said
        if parts[-1] in said and (by or is_whole or key[0] == "constraint"):
            found.append((is_whole and by > 0, by, len(parts), key))
    return max(found)[-1] if found else None


def _parts(key: Key) -> list[str]:
    """Return the names that an object's consists of, without that of its schema."""
    _, name = key
    parts = name.partition("(")[0].replace('"', "").split(".")
    return parts[1:] or parts


def _edited_by_both(edit: Edit) -> Iterator[Clash]:
    """Yield the objects that both sides made or changed, each in another way."""
    base, ours, theirs = edit
    both = {
        key
        for key in base.keys() | ours.keys() | theirs.keys()
        if ours.get(key) != base.get(key) != theirs.get(key)
    }
    for one in differences(ours, theirs):
        if one.key not in both:
            continue
        changed = {
            change.attribute
            for change in one.changes
            if change.attribute != _COLUMNS and _changed_by_both(change.attribute, one.key, edit)
        }
        if one.state != "changed" or changed:
            first, second = sides(one)
            yield Clash(one.kind, one.name, first, second)


def _changed_by_both(attribute: str, key: Key, edit: Edit) -> bool:
    base, ours, theirs = (side.get(key, {}).get(attribute) for side in edit)
    return bool(ours != base != theirs)


def touched(
    clash: Clash, names: Mapping[Key, Collection[str]], texts: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the files that changed an object; of what has no record, those that name it.

    `names` is by object, `texts` by file.
    """
    found = set(names.get((clash.kind, clash.name), ()))
    said = f"{clash.in_order_ours_first} {clash.in_order_theirs_first}"
    found |= {name for name in texts if f"{name}.sql:" in said}
    if len(found) < 2:
        bare = clash.name.partition(" ")[0].partition("(")[0].replace('"', "").split(".")[-1]
        word = re.compile(rf"(?<!\w){re.escape(bare)}(?!\w)", re.IGNORECASE)
        found |= {name for name, text in texts.items() if word.search(text)}
    if not found:  # PostgreSQL has chosen the name.
        found = set(texts)
    return tuple(sorted(found))


def _text(value: Any) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list) else " ".join(str(value).split())
