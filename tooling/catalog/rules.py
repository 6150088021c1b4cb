"""Which printed values of a section follow from others, and how closely.

A rule holds for some types of shape. It says what a value should be, and between which shares of
that AISC's editions 13 to 16 print it; the bounds are theirs, widened for what rounding to three
digits adds. Lengths are in inches or millimetres, everything else in powers of the same unit.
"""

import math
from collections.abc import Callable

from tooling.catalog.rule import ALL, ANGLES, BEAMS, CHANNELS, HOLLOW, TEES, Expected, Rule, Section

# 490 lb/ft3 over 144 in2 a ft2, and the same steel in kg/m over mm2.
DENSITY = {"us": 490 / 144, "si": 7849.05e-6}
_PARALLEL = ("W", "M", "HP", "WT", "MT")
# Flanges of S and ST slope 1 in 6: so much is left of what rectangles give about the y-axis.
_SLOPED_IY, _SLOPED_ZY = 0.838, 0.915


def _same(symbol: str, other: str, types: tuple[str, ...]) -> Rule:
    near = 0.025 if symbol[0] in "Sr" else 0.01
    return Rule(types, symbol, f"{other} is", (other, "OD"), lambda s: s[other], 1 - near, 1 + near)


def _plain(
    types: tuple[str, ...], symbol: str, low: float, high: float, *uses: str, by: float = 1.0
) -> Rule:
    return Rule(
        types, symbol, "its dimensions give", uses, lambda s: s.plain[symbol] * by, low, high
    )


def _of_i(types: tuple[str, ...], symbol: str, low: float, high: float, *more: str) -> Rule:
    return _plain(types, symbol, low, high, "d", "bf", "tw", "tf", *more)


def _radius(axis: str, types: tuple[str, ...], tolerance: float) -> Rule:
    return Rule(
        types, f"r{axis}", f"sqrt(I{axis}/A) gives", (f"I{axis}", "A"),
        lambda s: math.sqrt(s[f"I{axis}"] / s["A"]), 1 - tolerance, 1 + tolerance,
    )  # fmt: skip


def _modulus(axis: str, depth: str, types: tuple[str, ...], tolerance: float) -> Rule:
    return Rule(
        types, f"S{axis}", f"2 I{axis} / depth gives", (f"I{axis}", depth),
        lambda s: 2 * s[f"I{axis}"] / s[depth], 1 - tolerance, 1 + tolerance,
    )  # fmt: skip


def _far(axis: str, edge: str, centroid: str, types: tuple[str, ...]) -> Rule:
    return Rule(
        types, f"S{axis}", f"I{axis} over the distance to the edge gives",
        (f"I{axis}", edge, centroid), lambda s: s[f"I{axis}"] / (s[edge] - s[centroid]), 0.98, 1.02,
    )  # fmt: skip


def _far_leg(axis: str, centroid: str, types: tuple[str, ...]) -> Rule:
    return Rule(
        types, f"S{axis}", f"I{axis} over the distance to the edge gives",
        (f"I{axis}", "d", "b", centroid),
        lambda s: tuple(s[f"I{axis}"] / (s[leg] - s[centroid]) for leg in ("d", "b")), 0.98, 1.02,
    )  # fmt: skip


def _sloped(symbol: str, by: float, low: float, high: float) -> Rule:
    return Rule(
        ("S", "ST"), symbol, "its dimensions give", ("d", "bf", "tw", "tf"),
        lambda s: (s.plain[symbol] * by, s.plain[symbol]), low, high,
    )  # fmt: skip


def _torsion(*keys: str) -> Callable[[Section], Expected]:
    """J of flanges, web and fillets; without fillets, also as thin plates."""

    def formula(s: Section) -> Expected:
        has_fillets = s["A"] > 1.002 * s.plain["A"]
        plates = () if has_fillets else ("J of plates",)
        return tuple(s.plain[key] for key in (*keys, *plates))

    return formula


def _torsion_of_slopes(s: Section) -> float:
    """J of sloped flanges: a fit to those that AISC prints, for want of a formula."""
    web, thin = s["tw"] / s["tf"], s["tf"] / s["bf"]
    factor, by_web, by_thinness, by_square, by_fillet = _SLOPES[s.type]
    flanges = 1 if s.type == "ST" else 2
    plates = (flanges * s["bf"] * s["tf"] ** 3 + (s["d"] - flanges * s["tf"]) * s["tw"] ** 3) / 3
    exponent = factor + by_web * web + by_thinness * thin + by_square * web**2
    return plates * math.exp(exponent + by_fillet * s["kdes"] / s["tf"])


def _nominal(s: Section) -> float:
    """Return the area with the nominal wall over that with the design wall."""
    nominal, design = s["tnom"], s["tdes"]
    return _wall_area(s, nominal) / _wall_area(s, design)


def _wall_area(s: Section, wall: float) -> float:
    if "OD" in s.v:
        return math.pi * (s["OD"] - wall) * wall
    # Corners: outside radius twice the wall, inside radius once the wall.
    return 2 * wall * (s["Ht"] + s["B"] - 2 * wall) - (4 - math.pi) * 3 * wall**2


def _shape_factor(axis: str) -> Callable[[Section], Expected]:
    ratio = f"Z{axis}/S{axis}"
    return lambda s: (s[f"S{axis}"] * s.plain[ratio], s[f"S{axis}"] * s.plain[f"sharp {ratio}"])


def _tube_moment(axis: str) -> Rule:
    """Return the rule of a moment of inertia; some tables take the corners of a tube as sharp."""
    return Rule(
        ("HSS",), f"I{axis}", "its dimensions give", ("Ht", "B", "tdes"),
        lambda s: (s.plain[f"I{axis}"], s.plain[f"sharp I{axis}"]), 0.98, 1.02,
    )  # fmt: skip


_SLOPES = {
    "S": (-0.239, -0.269, 0.464, 0.137, 0.252), "ST": (-0.222, -0.239, 0.327, 0.101, 0.248),
    "C": (-0.446, 0.456, 0.004, -0.219, 0.157), "MC": (-0.281, 0.355, -0.256, -0.159, 0.104),
}  # fmt: skip
_DIMENSIONS = ("d", "bf", "tw", "tf")
_FORM = "its form and modulus Sx give"

RULES = (
    Rule((*BEAMS, *CHANNELS, *TEES), "W", "its area gives", ("A",),
         lambda s: s["A"] * DENSITY[s.units], 0.975, 1.025),
    Rule(ANGLES, "W", "its area gives", ("A",),
         lambda s: s["A"] * DENSITY[s.units], 0.97, 1.03),
    Rule(("HSS",), "W", "its area and wall give", ("A", "tnom", "tdes"),
         lambda s: s["A"] * _nominal(s) * DENSITY[s.units], 0.98, 1.02),
    Rule(HOLLOW, "W", "its nominal wall gives", ("OD", "tnom"),
         lambda s: _wall_area(s, s["tnom"]) * DENSITY[s.units], 0.975, 1.045),
    Rule(("PIPE",), "W", "its area and wall give", ("A", "tnom", "tdes"),
         lambda s: s["A"] * _nominal(s) * DENSITY[s.units], 0.95, 1.05),
    *(_radius(axis, tuple(t for t in ALL if t != "PIPE"), 0.02) for axis in "xy"),
    *(_radius(axis, ("PIPE",), 0.025) for axis in "xy"),
    _modulus("x", "d", (*BEAMS, *CHANNELS), 0.02), _modulus("x", "Ht", ("HSS",), 0.02),
    _modulus("x", "OD", ("HSS",), 0.02), _modulus("x", "OD", ("PIPE",), 0.03),
    _modulus("y", "bf", (*BEAMS, *TEES), 0.02), _modulus("y", "B", ("HSS",), 0.02),
    _modulus("y", "OD", ("HSS",), 0.02), _modulus("y", "OD", ("PIPE",), 0.03),
    _far("x", "d", "y", TEES), _far("y", "bf", "x", CHANNELS),
    _far_leg("x", "y", ANGLES), _far_leg("y", "x", ("L",)),
    _of_i(("W",), "A", 0.985, 1.037), _of_i(("M",), "A", 0.985, 1.11),
    _of_i(("S",), "A", 0.988, 1.026), _of_i(("HP",), "A", 0.985, 1.06),
    _of_i(CHANNELS, "A", 0.988, 1.024), _of_i(("WT", "ST"), "A", 0.985, 1.035),
    _of_i(("MT",), "A", 0.985, 1.06), _of_i((*BEAMS, *CHANNELS), "Ix", 0.975, 1.018, "A"),
    _of_i((*BEAMS, *CHANNELS), "Zx", 0.98, 1.018, "A"),
    _of_i(("WT", "MT"), "Ix", 0.978, 1.022, "A"),
    _of_i(("ST",), "Ix", 0.955, 1.012, "A"), _of_i(TEES, "Zx", 0.98, 1.018, "A"),
    _of_i(TEES, "y", 0.98, 1.03, "A"),
    Rule((*BEAMS, *CHANNELS), "Zx", _FORM, ("Sx", *_DIMENSIONS),
         lambda s: s["Sx"] * s.plain["Zx/Sx"], 0.98, 1.025),
    _of_i(_PARALLEL, "Iy", 0.975, 1.025), _of_i(_PARALLEL, "Zy", 0.98, 1.035),
    _sloped("Iy", _SLOPED_IY, 0.96, 1.04), _sloped("Zy", _SLOPED_ZY, 0.9785, 1.025),
    _of_i(CHANNELS, "Iy", 0.75, 1.02), _of_i(CHANNELS, "x", 0.865, 1.02),
    Rule(CHANNELS, "Zy", "its dimensions give", (*_DIMENSIONS, "x"),
         lambda s: s.plain["Zy"] * s["x"] / s.plain["x"], 0.955, 1.02),
    _of_i(CHANNELS, "Zy", 0.85, 1.02),
    Rule(("W", "WT"), "J", "its dimensions give", (*_DIMENSIONS, "A", "kdes"),
         _torsion("J by kdes", "J"), 0.965, 1.035),
    Rule(("M", "HP"), "J", "its dimensions give", (*_DIMENSIONS, "A"), _torsion("J"),
         0.955, 1.04),
    Rule(("MT",), "J", "its dimensions give", (*_DIMENSIONS, "A"), _torsion("J"), 0.955, 1.09),
    Rule(("S", "ST"), "J", "its dimensions give", (*_DIMENSIONS, "kdes"), _torsion_of_slopes,
         0.955, 1.047),
    Rule(("C",), "J", "its dimensions give", (*_DIMENSIONS, "kdes"), _torsion_of_slopes,
         0.955, 1.05),
    Rule(("L",), "J", "its legs and fillet give", ("d", "b", "t", "kdes"),
         lambda s: s.plain["J"] * math.exp(0.067 * s["kdes"] / s["t"] - 0.092), 0.942, 1.047),
    Rule(("MC",), "J", "its dimensions give", (*_DIMENSIONS, "kdes"), _torsion_of_slopes,
         0.93, 1.07),
    *(Rule(types, "J", "its dimensions give", _DIMENSIONS, lambda s: s.plain["J of plates"],
           0.88, high) for types, high in ((_PARALLEL, 2.0), (("S", "ST", "C", "MC"), 1.45))),
    *(_plain(ANGLES, symbol, low, high, "d", "b", "t") for symbol, low, high in (
        ("A", 0.97, 1.035), ("x", 0.965, 1.012), ("y", 0.965, 1.012), ("Ix", 0.965, 1.018),
        ("Iy", 0.962, 1.02), ("Zx", 0.957, 1.018), ("Zy", 0.957, 1.02), ("Sx", 0.963, 1.015),
        ("Sy", 0.963, 1.02), ("Iz", 0.935, 1.02), ("Iw", 0.975, 1.012),
        ("rx", 0.976, 1.012), ("ry", 0.976, 1.012), ("rz", 0.966, 1.012), ("Cw", 0.975, 1.015))),
    _plain(("L",), "J", 0.985, 1.18, "d", "b", "t"),
    # Edition 13 prints J of double angles to two decimals.
    _plain(("2L",), "J", 0.75, 1.35, "d", "b", "t"),
    *(_plain(("HSS",), symbol, low, high, "Ht", "B", "tdes") for symbol, low, high in (
        ("A", 0.985, 1.015), ("J", 0.965, 1.045), ("C", 0.97, 1.03))),
    *(_tube_moment(axis) for axis in "xy"),
    *(Rule(("HSS",), f"Z{axis}", f"its form and modulus S{axis} give",
           (f"S{axis}", "Ht", "B", "tdes"), _shape_factor(axis), 0.98, 1.02) for axis in "xy"),
    *(_plain(("HSS",), symbol, low, high, "OD", "tdes") for symbol, low, high in (
        ("A", 0.985, 1.012), ("Ix", 0.975, 1.012), ("Zx", 0.98, 1.012))),
    *(_plain(("PIPE",), symbol, 0.96, 1.04, "OD", "tdes") for symbol in ("A", "Ix", "Zx")),
    *(_same(f"{symbol}y", f"{symbol}x", HOLLOW) for symbol in "IZSr"),
    Rule(HOLLOW, "J", "2 Ix is", ("Ix", "OD"), lambda s: 2 * s["Ix"], 0.99, 1.01),
    Rule(HOLLOW, "C", "2 Sx is", ("Sx", "OD"), lambda s: 2 * s["Sx"], 0.97, 1.02),
)  # fmt: skip
