"""What each symbol of a section means, as the database defines it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from tooling.catalog.units import FACTORS, scale


@dataclass(frozen=True)
class Definition:
    """A row of catalog.property_definitions."""

    symbol: str
    category: str
    unit_us: str | None
    unit_si: str | None
    aliases: tuple[str, ...] = ()

    def unit(self, units: str) -> str | None:
        """Return the unit under "us" or "si"; None when the value has no dimension."""
        return self.unit_us if units == "us" else self.unit_si


class Dictionary:
    """Definitions by symbol, and symbols by the names that catalogs print.

    `scales` has the power of ten in the unit of each symbol, under "us" and "si"; `factors` the SI
    value of one US unit.
    """

    def __init__(self, definitions: Mapping[str, Definition]):
        self.definitions = definitions
        self.scales = {
            units: {symbol: scale(one.unit(units)) for symbol, one in definitions.items()}
            for units in ("us", "si")
        }
        self.factors = {
            symbol: FACTORS[one.unit_us, one.unit_si]
            for symbol, one in definitions.items()
            if (one.unit_us, one.unit_si) in FACTORS
        }
        self._names = {
            name: definition.symbol
            for definition in definitions.values()
            for name in (*definition.aliases, definition.symbol)
        }
        self._names |= {symbol: symbol for symbol in definitions}
        self._folded: dict[str, list[str]] = {}
        for name, symbol in self._names.items():
            symbols = self._folded.setdefault(name.casefold(), [])
            if symbol not in symbols:
                symbols.append(symbol)

    def symbol(self, name: str) -> str | None:
        """Return the symbol of a printed name; capitals matter."""
        return self._names.get(name)

    def symbols_in_capitals(self, name: str) -> list[str]:
        """Return the symbols that a name printed all in capitals can mean: B is B or b."""
        return self._folded.get(name.casefold(), [])


def load(connection: psycopg.Connection[Any]) -> Dictionary:
    """Read the dictionary from the database; empty when it has not been seeded."""
    with connection.cursor(row_factory=class_row(Definition)) as cursor:
        rows = cursor.execute(
            "select symbol, category, unit_us, unit_si, aliases"
            " from catalog.property_definitions order by sort_order"
        ).fetchall()
    return Dictionary({row.symbol: row for row in rows})
