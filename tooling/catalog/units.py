"""Units of printed values: how SI follows from US, and what a header may say instead."""

import re

_POWER = re.compile(r"10\^([0-9]+) ")
# How the SI value of a unit follows from the US value.
FACTORS = {
    ("in", "mm"): 25.4,
    ("in^2", "mm^2"): 645.16,
    ("in^3", "10^3 mm^3"): 16.387064,
    ("in^4", "10^6 mm^4"): 0.4162314256,
    ("in^4", "10^3 mm^4"): 416.2314256,
    ("in^6", "10^9 mm^6"): 0.26853526,
    ("lb/ft", "kg/m"): 1.48816394357,
    (None, None): 1.0,
}


def scale(unit: str | None) -> float:
    """Return the power of ten that a unit has before it: 10^6 mm^4 is a million mm^4."""
    return 10.0 ** int(match[1]) if (match := _POWER.match(unit or "")) else 1.0
