"""Which rows differ by the order, apart from what differs by chance. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pgproof.order.data import Data, Table

_SHOWN = 2
_LONGEST = 40


@dataclass(frozen=True)
class Unequal:
    """A table whose rows differ; `columns` are those whose values do. `is_note`: that is no fault.

    `ours` and `theirs` show rows that are in one order alone.
    """

    table: str
    columns: tuple[str, ...]
    ours: str = ""
    theirs: str = ""
    note: str = ""


def unequal(ours: Data, theirs: Data, again: Data | None) -> Iterator[Unequal]:
    """Yield the tables of both whose rows differ.

    `again` is what the first order leaves when it runs a second time: what differs from it differs
    by the clock or by chance.
    """
    for name in sorted(ours.tables.keys() & theirs.tables.keys()):
        one, other = ours.tables[name], theirs.tables[name]
        shared = [column for column in one.columns if column in other.columns]
        moved = _moved(ours, theirs, again, one)
        if _same(one, other, shared) and not moved:
            continue
        if again is not None and name in again.tables:
            shared = [each for each in shared if _same(one, again.tables[name], [each])]
            if not _same(one, again.tables[name], shared):
                yield Unequal(name, (), note="its rows differ from run to run")
                continue
            if _same(one, other, shared) and not moved:
                continue
        if one.is_view:
            yield Unequal(name, (), note="holds other rows until it is refreshed")
            continue
        mine, others = (_plain(each, name, shared, ours, again) for each in (ours, theirs))
        is_same = mine is not None and mine == others
        if is_same and not _same(one, other, shared) and _same_keys(one, other, shared):
            yield Unequal(name, (), note="its rows have other keys, which the database gives")
            continue
        if mine == others and _same(one, other, shared):
            continue
        columns = tuple(each for each in shared if one.values(each) != other.values(each))
        columns = columns or tuple(each for each in moved if each in shared)
        if mine is None or others is None or mine == others:
            yield Unequal(name, columns, "has other values", "has other values")
            continue
        yield Unequal(name, columns, _shown(mine - others), _shown(others - mine))


def _moved(ours: Data, theirs: Data, again: Data | None, table: Table) -> list[str]:
    """Return the columns that refer to keys which the two orders have given to different rows."""
    return [
        column
        for column, (target, key) in table.refers.items()
        if _named(ours, target, key, ours, again) != _named(theirs, target, key, ours, again)
    ]


def _same(one: Table, other: Table, columns: list[str]) -> bool:
    """Whether two tables have the same rows, as far as some columns tell."""
    if one.rows is None or other.rows is None:
        return all(one.values(each) == other.values(each) for each in columns)
    mine, others = (
        Counter(tuple(row[each] for each in columns) for row in side.rows or ())
        for side in (one, other)
    )
    return mine == others


def _same_keys(one: Table, other: Table, columns: list[str]) -> bool:
    """Whether the same keys were given, though to other rows."""
    return all(one.values(each) == other.values(each) for each in one.keys if each in columns)


def _plain(
    data: Data, name: str, columns: list[str], ours: Data, again: Data | None
) -> Counter[tuple[str, ...]] | None:
    """Return the rows without keys that the database gives; a reference to one is what it names."""
    table = data.tables[name]
    if table.rows is None:
        return None
    kept = [each for each in columns if each not in table.keys]
    named = {
        each: _named(data, *table.refers[each], ours, again)
        for each in kept
        if each in table.refers
    }
    return Counter(
        tuple(f"{each}={named.get(each, {}).get(row[each], row[each])}" for each in kept)
        for row in table.rows
    )


def _named(data: Data, table: str, key: str, ours: Data, again: Data | None) -> dict[str, str]:
    """Return what the rows of a table hold beside its keys and references, by one key.

    What differs from run to run is left out.
    """
    found = data.tables.get(table)
    if found is None or found.rows is None or key not in found.keys:
        return {}
    kept = [one for one in found.columns if one not in found.keys and one not in found.refers]
    if again is not None and table in again.tables and table in ours.tables:
        first, second = ours.tables[table], again.tables[table]
        kept = [one for one in kept if one in first.columns and _same(first, second, [one])]
    return {row[key]: ", ".join(f"{one}={row[one]}" for one in kept) for row in found.rows}


def _shown(rows: Counter[tuple[str, ...]]) -> str:
    texts = sorted(", ".join(_cut(value) for value in row) for row in rows)
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return "; ".join(f"({text})" for text in texts[:_SHOWN]) + more or "no such rows"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
