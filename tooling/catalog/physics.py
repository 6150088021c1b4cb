"""Check the printed values of a section against each other.

Tolerances are those that rounding to three digits needs, per type of shape. A value that the
catalog is searched by must pass, or its row is rejected; any other is kept, with a doubt.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tooling.catalog.dictionary import Dictionary
from tooling.catalog.report import Discrepancy
from tooling.catalog.sections import Sections

# 490 lb/ft3 over 144 in2 a ft2, and the same steel in kg/m over mm2.
POUNDS_PER_FOOT = 490 / 144
KILOGRAMS_PER_METRE = 7849.05e-6
# What the typed columns of catalog.material_catalog hold, W in US units aside.
_SECTION_SIZES = ("d", "Ht", "OD", "bf", "B", "tw", "tf", "tdes", "t")
_SECTION_STRENGTHS = ("A", "Ix", "Zx", "Sx", "rx", "Iy", "Zy", "Sy", "ry", "J")
SEARCHED = frozenset((*_SECTION_SIZES, *_SECTION_STRENGTHS))

# How the SI value of a unit follows from the US value.
_FACTORS = {
    ("in", "mm"): 25.4,
    ("in^2", "mm^2"): 645.16,
    ("in^3", "10^3 mm^3"): 16.387064,
    ("in^4", "10^6 mm^4"): 0.4162314256,
    ("in^4", "10^3 mm^4"): 416.2314256,
    ("in^6", "10^9 mm^6"): 0.26853526,
    ("lb/ft", "kg/m"): 1.48816394357,
    (None, None): 1.0,
}
_UNITS_TOLERANCE = 0.015
# Metric weights are nominal too, in whole or half kg/m.
_NOMINAL_WEIGHT_TOLERANCE = 0.04
_NOMINAL_WEIGHT_SLACK_KG = 0.6
_WEIGHT_TOLERANCE = {"HSS": 0.02, "PIPE": 0.05}
_ROLLED_WEIGHT_TOLERANCE = 0.025
_ROLLED_WEIGHT_SLACK_LB = 0.25
_RADIUS_TOLERANCE = {"PIPE": 0.025}
_MODULUS_TOLERANCE = {"PIPE": 0.03}
_TOLERANCE = 0.02
_SYMMETRIC_X = frozenset(("W", "M", "S", "HP", "C", "MC", "HSS", "PIPE"))
_SYMMETRIC_Y = frozenset(("W", "M", "S", "HP", "WT", "MT", "ST", "HSS", "PIPE"))
_INPUTS = ("W", "A", "d", "Ht", "OD", "bf", "B", "tnom", "tdes", "Ix", "Sx", "rx", "Iy", "Sy", "ry")

Section = dict[str, float]


@dataclass(frozen=True)
class _Failure:
    symbol: str
    message: str


def check(sections: Sections, dictionary: Dictionary) -> list[Discrepancy]:
    """Return what fails, in order of rows."""
    units = "us" if "us" in sections.values else "si"
    absent: list[str | None] = [None] * len(sections.rows)
    columns = [sections.values[units].get(symbol, absent) for symbol in _INPUTS]
    findings: list[Discrepancy] = []

    def note(position: int, units: str, failure: _Failure) -> None:
        findings.append(
            Discrepancy(
                name=sections.shapes[position],
                sheet=sections.sheet,
                row=sections.rows[position],
                column=sections.headers[units][failure.symbol],
                message=f"{sections.shapes[position]} {failure.message}",
                is_rejected=failure.symbol in SEARCHED or (failure.symbol, units) == ("W", "us"),
            )
        )

    for position, (kind, *row) in enumerate(zip(sections.types, *columns, strict=True)):
        section = {symbol: float(text) for symbol, text in zip(_INPUTS, row, strict=True) if text}
        for rule in (_weight, _radii, _moduli):
            for failure in rule(kind, section, units):
                note(position, units, failure)
    if len(sections.values) == 2:
        for position, failure in _disagreements(sections, dictionary):
            note(position, "si", failure)
    return sorted(findings, key=lambda finding: finding.row)


def _off(printed: float, expected: float, tolerance: float) -> bool:
    return abs(printed - expected) > tolerance * expected


def _weight(kind: str, section: Section, units: str) -> Iterator[_Failure]:
    """Compare weight with area times density; hollow sections weigh their nominal wall."""
    weight, area = section["W"], section["A"]
    expected = area * (POUNDS_PER_FOOT if units == "us" else KILOGRAMS_PER_METRE)
    if kind in _WEIGHT_TOLERANCE:
        if (nominal := _nominal_over_design(section)) is None:
            return
        expected *= nominal
        if _off(weight, expected, _WEIGHT_TOLERANCE[kind]):
            yield _Failure("W", f"weighs {weight:g}; its area and wall give {expected:.4g}")
    elif _off(weight, expected, _ROLLED_WEIGHT_TOLERANCE):
        slack = _ROLLED_WEIGHT_SLACK_LB if units == "us" else _NOMINAL_WEIGHT_SLACK_KG
        if abs(weight - expected) > slack:
            yield _Failure("W", f"weighs {weight:g}; its area gives {expected:.4g}")


def _nominal_over_design(section: Section) -> float | None:
    """Return the area with the nominal wall over that with the design wall."""
    nominal, design = section.get("tnom"), section.get("tdes")
    depth, width, diameter = section.get("Ht"), section.get("B"), section.get("OD")
    area: Callable[[float], float]
    if nominal is None or design is None:
        return None
    if diameter is not None:
        area = lambda wall: math.pi * (diameter - wall) * wall  # noqa: E731
    elif depth is not None and width is not None:
        # Corners: outside radius twice the wall, inside radius once the wall.
        area = lambda wall: (  # noqa: E731
            2 * wall * (depth + width - 2 * wall) - (4 - math.pi) * 3 * wall**2
        )
    else:
        return None
    return area(nominal) / area(design)


def _radii(kind: str, section: Section, units: str) -> Iterator[_Failure]:
    """Compare each radius of gyration with the root of inertia over area."""
    area = section["A"]
    scale = 1.0 if units == "us" else 1e6
    for axis in "xy":
        inertia, radius = section[f"I{axis}"], section[f"r{axis}"]
        expected = math.sqrt(inertia * scale / area)
        if _off(radius, expected, _RADIUS_TOLERANCE.get(kind, _TOLERANCE)):
            yield _Failure(
                f"r{axis}", f"r{axis} is {radius:g}; sqrt(I{axis}/A) gives {expected:.4g}"
            )


def _moduli(kind: str, section: Section, units: str) -> Iterator[_Failure]:
    """Compare the elastic modulus of a symmetrical section with twice inertia over depth."""
    scale = 1.0 if units == "us" else 1e3
    depths = {
        "x": _first(section, "d", "Ht", "OD") if kind in _SYMMETRIC_X else None,
        "y": _first(section, "bf", "B", "OD") if kind in _SYMMETRIC_Y else None,
    }
    for axis, depth in depths.items():
        inertia, modulus = section[f"I{axis}"], section[f"S{axis}"]
        if depth is None:
            continue
        expected = 2 * inertia * scale / depth
        if _off(modulus, expected, _MODULUS_TOLERANCE.get(kind, _TOLERANCE)):
            yield _Failure(
                f"S{axis}", f"S{axis} is {modulus:g}; 2 I{axis} / depth gives {expected:.4g}"
            )


def _first(section: Section, *symbols: str) -> float | None:
    return next((section[symbol] for symbol in symbols if symbol in section), None)


def _disagreements(sections: Sections, dictionary: Dictionary) -> Iterator[tuple[int, _Failure]]:
    """Compare what is printed in both unit systems."""
    metric = sections.values["si"]
    for symbol, literals in sections.values["us"].items():
        if symbol not in metric:
            continue
        definition = dictionary.definitions[symbol]
        factor = _FACTORS[definition.unit_us, definition.unit_si]
        tolerance = _NOMINAL_WEIGHT_TOLERANCE if symbol == "W" else _UNITS_TOLERANCE
        pairs = enumerate(zip(literals, metric[symbol], strict=True))
        for position, us, si in [(at, us, si) for at, (us, si) in pairs if us is not si]:
            if us is None or si is None:
                yield position, _Failure(symbol, f"{symbol} is printed in one unit system only")
                continue
            expected = float(us) * factor
            if abs(float(si) - expected) <= tolerance * expected:
                continue
            if symbol == "W" and abs(float(si) - expected) <= _NOMINAL_WEIGHT_SLACK_KG:
                continue
            yield (
                position,
                _Failure(symbol, f"{symbol} is {si} in SI; {us} in US units gives {expected:.4g}"),
            )
