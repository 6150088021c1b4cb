"""Plant errors in a table of sections: one a row, in a random column, by a random size."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tooling.catalog.agreement import SEARCHED

Row = list[object]
# The error as a factor; `swapped` exchanges the first two digits, as a hand that types does.
SIZES: dict[str, float | None] = {
    "-6 %": 0.94, "+6 %": 1.06, "-10 %": 0.9, "+10 %": 1.1, "-25 %": 0.75, "+25 %": 1.25,
    "half": 0.5, "double": 2.0, "a tenth": 0.1, "tenfold": 10.0, "swapped": None,
}  # fmt: skip
_LARGE = 0.05


@dataclass(frozen=True)
class Planted:
    """An error: the row of the file, counted from 1, its symbol, and how large it is."""

    row: int
    symbol: str
    size: str
    share: float

    @property
    def is_large_and_searched(self) -> bool:
        """Tell whether the catalog is searched by the value, and it is more than 5 % off."""
        return self.symbol in SEARCHED and abs(self.share) > _LARGE


def plant(
    rows: Sequence[Row], symbols: Sequence[str | None], chance: random.Random
) -> tuple[list[Row], list[Planted]]:
    """Return a copy of the rows with an error in about half of them. `rows[0]` is the header."""
    changed: list[Row] = [list(rows[0])]
    planted = []
    for number, row in enumerate(rows[1:], 2):
        copy = list(row)
        places = [
            at for at, symbol in enumerate(symbols)
            if symbol and isinstance(copy[at], float) and copy[at]
        ]  # fmt: skip
        if places and chance.random() < 0.5:
            at = chance.choice(places)
            size = chance.choice(list(SIZES))
            before = float(str(copy[at]))
            copy[at] = after = _wrong(before, SIZES[size])
            if after != before:
                planted.append(Planted(number, str(symbols[at]), size, after / before - 1))
        changed.append(copy)
    return changed, planted


def _wrong(value: float, factor: float | None) -> float:
    if factor is not None:
        return float(f"{value * factor:.4g}")
    digits = f"{value:.3e}"
    return float(f"{digits[2]}.{digits[0]}{digits[3:]}") if digits[2] != "0" else value * 1.1
