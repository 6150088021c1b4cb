"""Units of printed values: how SI follows from US, and what a header says instead."""

import re
from dataclasses import dataclass
from decimal import Decimal

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
# Each unit's system, its kind, and how many of the system's own unit it has.
_UNITS = {
    **dict.fromkeys(("in", "in.", "inch", "inches", '"'), ("us", "length", 1)),
    **dict.fromkeys(("ft", "foot", "feet"), ("us", "length", 12)),
    "mm": ("si", "length", 1),
    "cm": ("si", "length", 10),
    "m": ("si", "length", 1000),
    **dict.fromkeys(("lb/ft", "lbs/ft", "lb/ft.", "lbf/ft", "plf", "#/ft"), ("us", "weight", 1)),
    "kg/m": ("si", "weight", 1),
}
_SUPERSCRIPTS = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079",
                              "0123456789")  # fmt: skip
_POWER = re.compile(r"10\^([0-9]+) ")
_TEN = re.compile(r"(?:1?e([0-9]+)|1(0+)|10(?:\^|\*\*)?([1-9][0-9]?))")
_LENGTH = re.compile(r"([a-z\"./#]+?)(?:\^|\*\*)?([1-9])?")
HINT = "Give units such as in, in^3, mm^3, 10^3 mm^3, cm^4 or kg/m, or a scale such as / 10^6."


@dataclass(frozen=True)
class Unit:
    """What a header says: a power of ten, and a unit of a system, a kind and a dimension."""

    power: int
    system: str | None = None
    kind: str | None = None
    size: int = 1
    dimension: int = 0


def parse(text: str) -> Unit:
    """Read a unit: `10^6 mm^4`, `cm4`, `/ 10^3`, `in.^2`. Raises ValueError if it is not one."""
    power, unit = 0, None
    plain = text.translate(_SUPERSCRIPTS).lower().replace("\u00d7", " ").replace("\u00b7", " ")
    for token in re.sub(r"(?<![a-z0-9#])[/x*](?![a-z])|(?<=[a-z0-9])x(?=10)", " ", plain).split():
        if ten := _TEN.fullmatch(token):
            power += int(ten[1] or ten[3] or len(ten[2]))
        elif (length := _LENGTH.fullmatch(token)) and length[1] in _UNITS and unit is None:
            unit = (*_UNITS[length[1]], int(length[2] or 1))
        else:
            raise ValueError(f"the unit {text!r} is not understood")
    if unit is None and not power:
        raise ValueError(f"the unit {text!r} is not understood")
    return Unit(power, *unit) if unit else Unit(power)


def conversion(said: Unit, wanted: str | None) -> Decimal:
    """Return by what a value is multiplied to have the unit wanted. Raises ValueError."""
    if wanted is None:
        raise ValueError("the value is a ratio and has no unit")
    target = parse(wanted)
    factor = Decimal(1)
    if said.kind is not None:
        if (said.kind, said.dimension) != (target.kind, target.dimension):
            raise ValueError(f"the unit is not one of {wanted}")
        if said.system != target.system:
            raise ValueError(f"the unit is not one of {wanted}, as the block's others are")
        factor = Decimal(said.size) ** said.dimension
    return factor * Decimal(10) ** (said.power - target.power)


def converted(literal: str, factor: Decimal) -> str:
    """Return a decimal literal times a factor, without zeros that nobody printed."""
    value = Decimal(literal) * factor
    return f"{value.normalize():f}" if factor != 1 else literal


def scale(unit: str | None) -> float:
    """Return the power of ten that a unit has before it: 10^6 mm^4 is a million mm^4."""
    return 10.0 ** int(match[1]) if (match := _POWER.match(unit or "")) else 1.0
