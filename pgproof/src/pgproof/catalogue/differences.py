"""What differs between two sets of objects: which, how, and what follows from what. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pgproof.catalogue.snapshot import Definition, Key, Objects

_ORDERS = ("attributes", "columns")
_PARENT = "of"
_PARTITION = "partition of"


@dataclass(frozen=True)
class Change:
    """An attribute of an object that is another; None where it is not set."""

    attribute: str
    expected: Any
    found: Any


@dataclass(frozen=True)
class Difference:
    """An object that is not as expected. `changes` are those of one that is there and should be.

    `partition_of` names the table whose partition by ranges it is: those come and go by the clock.
    """

    kind: str
    name: str
    state: Literal["missing", "unexpected", "changed"]
    expected: Definition
    found: Definition
    changes: tuple[Change, ...] = ()
    partition_of: str | None = None

    @property
    def key(self) -> Key:
        """Kind and name."""
        return self.kind, self.name


def differences(expected: Objects, found: Objects) -> tuple[Difference, ...]:
    """Return what differs, in order of kind and name.

    What goes or comes with a schema, a table, a constraint or another object is not told beside
    it; nor is what a partition has from the table that it is of.
    """
    changed = {
        key: changes
        for key in expected.keys() & found.keys()
        if (changes := tuple(_changes(expected[key], found[key])))
    }
    gone = _Lacking(expected, found, changed)
    come = _Lacking(found, expected, changed)
    return (
        *_only(expected, gone, "missing"),
        *_only(found, come, "unexpected"),
        *(
            Difference(*key, "changed", expected[key], found[key], changed[key])
            for key in sorted(changed)
            if not _is_inherited(key, changed, found)
        ),
    )


class _Lacking:
    """Which of some objects the others lack."""

    def __init__(self, some: Objects, others: Objects, changed: Mapping[Key, tuple[Change, ...]]):
        self.keys = sorted(some.keys() - others.keys())
        self.names = {name for _, name in self.keys}
        self.names |= {
            name
            for (_, name), changes in changed.items()
            if "identity" in {one.attribute for one in changes}
        }
        self._schemas = tuple(f"{name}." for kind, name in self.keys if kind == "schema")

    def follows(self, key: Key, definition: Definition, tables: Objects) -> bool:
        """Whether an object is lacking because of another one that is."""
        if self._schemas and key[1].startswith(self._schemas):
            return True
        parent = definition.get(_PARENT)
        if {parent, definition.get("table")} & self.names:
            return True
        return _origin(key, parent, tables) in self.names


def _only(some: Objects, lacking: _Lacking, state: Any) -> Iterator[Difference]:
    for key in lacking.keys:
        definition = some[key]
        if lacking.follows(key, definition, some):
            continue
        parent = definition.get(_PARTITION)
        is_by_range = str(_of(some, parent, "partitioned by")).startswith("RANGE")
        sides = (definition, {}) if state == "missing" else ({}, definition)
        yield Difference(*key, state, *sides, partition_of=parent if is_by_range else None)


def _changes(expected: Definition, found: Definition) -> Iterator[Change]:
    for name in sorted(expected.keys() | found.keys()):
        before, after = expected.get(name), found.get(name)
        if name in _ORDERS and isinstance(before, list) and isinstance(after, list):
            # A column more or less is told as a column.
            common = set(before) & set(after)
            before, after = ([one for one in side if one in common] for side in (before, after))
        if before != after:
            yield Change(name, before, after)


def _is_inherited(key: Key, changed: Mapping[Key, tuple[Change, ...]], tables: Objects) -> bool:
    """Whether the object above has the same change."""
    kind, _ = key
    parent = tables[key].get(_PARENT)
    origins = ((kind, str(parent)), (kind, _origin(key, parent, tables)))
    attributes = {one.attribute for one in changed[key]}
    return any(
        attributes <= {one.attribute for one in changed[origin]}
        for origin in origins
        if origin in changed
    )


def _origin(key: Key, table: object, tables: Objects) -> str:
    """Return the name that a column, or a constraint, has in the table of which this is a part."""
    above = _of(tables, table, _PARTITION)
    own = key[1].removeprefix(f"{table}.")
    return f"{above}.{own}" if above is not None and own != key[1] else ""


def _of(objects: Objects, table: object, attribute: str) -> Any:
    return objects.get(("table", str(table)), {}).get(attribute)
