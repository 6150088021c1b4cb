"""Values that AISC's own editions misprint, which therefore do not leave their row out.

They are doubted and not searched by. docs/reference/misprints.md has the evidence for each.
"""

import re
from dataclasses import dataclass

from tooling.catalog.designated import LABEL


@dataclass(frozen=True)
class Misprint:
    """The editions, the designations as a pattern, and the symbol that is misprinted."""

    editions: tuple[str, ...]
    shapes: str
    symbol: str


_GAP = "(X[0-9/]+)?"
MISPRINTS = (
    Misprint(("v14.0", "v14.1", "v15.0"),
             rf"2L(2-1/2X1-1/2X(1/4|3/16)|64X38X(6\.4|4\.8)){_GAP}SLBB", "Zx"),
    # In SI units; what is printed in US units is right, and settles the row where it is there.
    Misprint(("v14.0", "v14.1"), r"2L.*", "Zy"),
    Misprint(("v14.0", "v14.1", "v15.0", "v16.0"), r"HSS228\.6X228\.6X74\.8", LABEL),
)  # fmt: skip


def is_misprint(edition: str, shape: str, symbol: str) -> bool:
    """Tell whether an edition is known to misprint a value, so that no system has the right one."""
    return any(
        edition in one.editions and symbol == one.symbol and re.fullmatch(one.shapes, shape)
        for one in MISPRINTS
    )
