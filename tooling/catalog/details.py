"""Rules of what is printed for detailing, and of ratios, warping and perimeters."""

import math

from tooling.catalog.rule import ANGLES, BEAMS, CHANNELS, HOLLOW, TEES, Expected, Rule, Section

_FLANGED = (*BEAMS, *CHANNELS, *TEES)
_THIRD_DIGIT = 0.01
_SIXTEENTHS = (
    "ddet",
    "bfdet",
    "twdet",
    "twdet/2",
    "tfdet",
    "kdet",
    "k1",
    "T",
    "WGi",
    "WGo",
    "WFD",
    "WFW",
)


def _ratio(
    types: tuple[str, ...], symbol: str, above: str, below: str, low: float, high: float,
    *, by: float = 1.0, less: float = 0.0,
) -> Rule:  # fmt: skip
    minus = f" - {less:g}" if less else ""
    times = f"{1 / by:g} " if by != 1 else ""
    return Rule(
        types, symbol, f"{above} / {times}{below}{minus} is", (above, below),
        lambda s: by * s[above] / s[below] - less, low, high,
    )  # fmt: skip


def _rounded(detail: str, size: str, within: float) -> Rule:
    """Return the rule that a size for detailing is near to the size itself."""
    return Rule(
        _FLANGED, detail, f"{size} is", (size,),
        lambda s: _within(s, s[detail], s[size], within), 1.0, 1.0,
    )  # fmt: skip


def _within(s: Section, printed: float, size: float, within: float) -> float:
    # In SI units both are rounded, to three digits.
    allowed = within if s.units == "us" else within * 25.4 + _THIRD_DIGIT * size
    return printed if abs(printed - size) <= allowed + 1e-9 else size


def _sixteenth(s: Section, symbol: str) -> float:
    """Return what is nearest in sixteenths of an inch; copies print 1.31 for 1-5/16."""
    value = s[symbol]
    nearest = round(value * 16) / 16
    is_near = s.units == "si" or abs(value - nearest) < 0.0055
    return value if is_near else nearest


def _sixteenths(symbol: str) -> Rule:
    return Rule(
        (*_FLANGED, "HSS", "L"), symbol, "to a sixteenth of an inch it is", (),
        lambda s: _sixteenth(s, symbol), 1.0, 1.0,
    )  # fmt: skip


def _legs(s: Section) -> tuple[float, float]:
    return max(s["d"], s["b"]), min(s["d"], s["b"])


def _point(modulus: str, moment: str, distance: str) -> Rule:
    return Rule(
        ("L",), modulus, f"{moment} / {distance} is", (moment, distance),
        lambda s: s[moment] / s[distance], 0.98, 1.02,
    )  # fmt: skip


def _least(s: Section) -> Expected:
    return min(s.v[f"Sz{point}"] for point in "ABC" if f"Sz{point}" in s.v)


def _neutral(s: Section) -> float:
    """Return the plastic neutral axis of a tee if it lies in the flange, else what is printed."""
    lies_in_flange = s["A"] / 2 <= 0.9 * s["bf"] * s["tf"]
    return s["A"] / 2 / s["bf"] if lies_in_flange else s["yp"]


def _polar(s: Section, x: float, y: float) -> float:
    return math.sqrt(x**2 + y**2 + s["rx"] ** 2 + s["ry"] ** 2)


def _wall(s: Section) -> Expected:
    return s["tnom"], 0.93 * s["tnom"]


DETAILS = (
    _ratio((*BEAMS, *TEES), "bf/2tf", "bf", "tf", 0.985, 1.015, by=0.5),
    _ratio(CHANNELS, "b/t", "bf", "tf", 0.985, 1.015),
    Rule(ANGLES, "b/t", "leg / t is", ("d", "b", "t"),
         lambda s: tuple(leg / s["t"] for leg in _legs(s)), 0.985, 1.015),
    _ratio(TEES, "D/t", "d", "tw", 0.985, 1.015), _ratio(HOLLOW, "D/t", "OD", "tdes", 0.985, 1.015),
    _ratio(("HSS",), "b/tdes", "B", "tdes", 0.982, 1.018, less=3),
    _ratio(("HSS",), "h/tdes", "Ht", "tdes", 0.982, 1.018, less=3),
    *(Rule(types, "h/tw", "(d - 2 kdes) / tw is", ("d", "kdes", "tw"),
           lambda s: (s["d"] - 2 * s["kdes"]) / s["tw"], low, high) for types, low, high in (
        (("W",), 0.983, 1.017), (("M",), 0.99, 1.08), (("S",), 0.99, 1.1), (("HP",), 0.985, 1.14),
        (("C",), 0.99, 1.2), (("MC",), 0.94, 1.13))),
    Rule((*BEAMS, *CHANNELS), "ho", "d - tf is", ("d", "tf"), lambda s: s["d"] - s["tf"],
         0.99, 1.01),
    Rule((*BEAMS, *CHANNELS), "rts", "sqrt(sqrt(Iy Cw) / Sx) is", ("Iy", "Cw", "Sx"),
         lambda s: math.sqrt(math.sqrt(s["Iy"] * s["Cw"]) / s["Sx"]), 0.985, 1.015),
    Rule(BEAMS, "Cw", "Iy ho^2 / 4 is", ("Iy", "d", "tf"),
         lambda s: s["Iy"] * (s["d"] - s["tf"]) ** 2 / 4, 0.98, 1.02),
    Rule(CHANNELS, "Cw", "Iy ho^2 / 4 is", ("Iy", "d", "tf"),
         lambda s: s["Iy"] * (s["d"] - s["tf"]) ** 2 / 4, 0.72, 0.98),
    Rule(TEES, "Cw", "its dimensions give", ("d", "bf", "tw", "tf"),
         lambda s: s.plain["Cw"], 0.975, 1.025),
    Rule(("HSS", "PIPE"), "tdes", "tnom or 0.93 tnom is", ("tnom",), _wall, 0.98, 1.02),
    Rule(("HSS", "PIPE"), "ID", "OD - 2 tnom is", ("OD", "tnom"),
         lambda s: s["OD"] - 2 * s["tnom"], 0.982, 1.03),
    Rule(("HSS",), "h", "Ht - 3 tdes is", ("Ht", "tdes"), lambda s: s["Ht"] - 3 * s["tdes"],
         0.985, 1.015),
    Rule(("HSS",), "b", "B - 3 tdes is", ("B", "tdes"), lambda s: s["B"] - 3 * s["tdes"],
         0.985, 1.015),
    Rule(CHANNELS, "xp", "A / 2d is, in the web", ("A", "d", "tw"),
         lambda s: s["A"] / 2 / s["d"] if s["xp"] < s["tw"] else s["xp"], 0.985, 1.02),
    Rule(TEES, "yp", "A / 2bf is, in the flange", ("A", "bf", "tf"), _neutral, 0.955, 1.035),
    *(Rule(ANGLES, symbol, "its dimensions give", ("d", "b", "t"), formula, low, 1.035)
      for symbol, formula, low in (
          ("xp", lambda s: s.plain["xp"], 0.98), ("yp", lambda s: s.plain["yp"], 0.885))),
    Rule(("L",), "kdes", "kdet is", ("kdet",),
         lambda s: _within(s, s["kdes"], s["kdet"], 0.032), 1.0, 1.0),
    Rule((*BEAMS, *CHANNELS, *TEES), "WGi", "half of bf is", ("bf",), lambda s: s["bf"] / 2,
         0.66, 1.4),
    Rule(CHANNELS, "ro", "x, eo, rx and ry give", ("x", "eo", "rx", "ry"),
         lambda s: _polar(s, s["x"] + s["eo"], 0), 0.99, 1.01),
    Rule(CHANNELS, "H", "1 - ((x + eo) / ro)^2 is", ("x", "eo", "ro"),
         lambda s: 1 - ((s["x"] + s["eo"]) / s["ro"]) ** 2, 0.985, 1.015),
    _rounded("ddet", "d", 0.125), _rounded("bfdet", "bf", 0.2), _rounded("twdet", "tw", 0.032),
    _rounded("tfdet", "tf", 0.042),
    Rule(_FLANGED, "twdet/2", "half of twdet is", ("twdet",),
         lambda s: _within(s, s["twdet/2"], s["twdet"] / 2, 0.032), 1.0, 1.0),
    Rule((*CHANNELS, "M", "MT", "S", "ST"), "kdet", "kdes is", ("kdes",),
         lambda s: _within(s, s["kdet"], s["kdes"], 0.065), 1.0, 1.0),
    *(_sixteenths(symbol) for symbol in _SIXTEENTHS),
    Rule(("W", "M", "S", "C", "MC"), "T", "d - 2 kdet is", ("d", "kdet"),
         lambda s: _within(s, s["T"], s["d"] - 2 * s["kdet"], 0.64), 1.0, 1.0),
    Rule((*BEAMS, *TEES), "WGo", "3 in is", (), lambda s: 3.0 if s.units == "us" else 76.2,
         0.98, 1.02),
    Rule(BEAMS, "Wno", "bf ho / 4 is", ("bf", "ho"), lambda s: s["bf"] * s["ho"] / 4, 0.982, 1.015),
    Rule(BEAMS, "Sw1", "tf bf^2 ho / 16 is", ("tf", "bf", "ho"),
         lambda s: s["tf"] * s["bf"] ** 2 * s["ho"] / 16, 0.975, 1.03),
    Rule(BEAMS, "Qf", "tf ho (bf - tw) / 4 is", ("tf", "ho", "bf", "tw"),
         lambda s: s["tf"] * s["ho"] * (s["bf"] - s["tw"]) / 4, 0.98, 1.02),
    Rule(CHANNELS, "Qf", "tf ho (bf - tw) / 2 is", ("tf", "ho", "bf", "tw"),
         lambda s: s["tf"] * s["ho"] * (s["bf"] - s["tw"]) / 2, 0.985, 1.015),
    Rule(("W", "HP"), "Qw", "Zx / 2 is", ("Zx",), lambda s: s["Zx"] / 2, 0.94, 1.015),
    Rule(("M",), "Qw", "Zx / 2 is", ("Zx",), lambda s: s["Zx"] / 2, 0.885, 1.015),
    Rule(("S", *CHANNELS), "Qw", "Zx / 2 is", ("Zx",), lambda s: s["Zx"] / 2, 0.975, 1.01),
    Rule(CHANNELS, "Wno", "its flange and shear centre give", ("bf", "tw", "eo", "ho"),
         lambda s: (s["bf"] - s["tw"] / 2 - s["eo"]) * s["ho"] / 2, 0.83, 0.945),
    Rule(CHANNELS, "Sw1", "its flange and shear centre give", ("bf", "tw", "tf", "eo", "ho"),
         lambda s: (s["bf"] - s["tw"] / 2 - s["eo"]) ** 2 * s["ho"] * s["tf"] / 4, 0.69, 0.88),
    Rule(CHANNELS, "Sw3", "half of Sw2 is", ("Sw2",), lambda s: s["Sw2"] / 2, 0.92, 1.08),
    Rule(TEES, "ro", "y, tf, rx and ry give", ("y", "tf", "rx", "ry"),
         lambda s: _polar(s, 0, s["y"] - s["tf"] / 2), 0.99, 1.01),
    Rule(TEES, "H", "1 - ((y - tf/2) / ro)^2 is", ("y", "tf", "ro"),
         lambda s: 1 - ((s["y"] - s["tf"] / 2) / s["ro"]) ** 2, 0.985, 1.015),
    Rule(("2L",), "ro", "y, t, rx and ry give", ("y", "t", "rx", "ry"),
         lambda s: _polar(s, 0, s["y"] - s["t"] / 2), 0.985, 1.015),
    Rule(("2L",), "H", "1 - ((y - t/2) / ro)^2 is", ("y", "t", "ro"),
         lambda s: 1 - ((s["y"] - s["t"] / 2) / s["ro"]) ** 2, 0.985, 1.015),
    Rule(("L",), "ro", "x, y, t, rx and ry give", ("x", "y", "t", "rx", "ry"),
         lambda s: _polar(s, s["x"] - s["t"] / 2, s["y"] - s["t"] / 2), 0.985, 1.015),
    Rule(("L",), "rz", "sqrt(Iz/A) gives", ("Iz", "A"), lambda s: math.sqrt(s["Iz"] / s["A"]),
         0.985, 1.015),
    Rule(("L",), "Iw", "Ix + Iy - Iz is", ("Ix", "Iy", "Iz"),
         lambda s: s["Ix"] + s["Iy"] - s["Iz"], 0.99, 1.01),
    Rule(("L",), "tan(\u03b1)", "its dimensions give", ("d", "b", "t"), lambda s: s.plain["tan"],
         0.975, 1.01),
    *(_point(f"Sz{point}", "Iz", f"w{point}") for point in "ABC"),
    *(_point(f"Sw{point}", "Iw", f"z{point}") for point in "ABC"),
    Rule(("L",), "Sz", "the least of SzA, SzB and SzC is", (), _least, 0.985, 1.015),
    Rule(("L",), "PA", "two long legs and a short one are", ("d", "b"),
         lambda s: 2 * _legs(s)[0] + _legs(s)[1], 0.99, 1.01),
    Rule(("L",), "PA2", "a long leg and two short ones are", ("d", "b"),
         lambda s: _legs(s)[0] + 2 * _legs(s)[1], 0.99, 1.01),
    Rule(("L",), "PB", "twice its legs are", ("d", "b"), lambda s: 2 * sum(_legs(s)), 0.99, 1.01),
    *(Rule(types, "PB", "its perimeter is", ("bf", "d", "tw"),
           lambda s: 4 * s["bf"] + 2 * s["d"] - 2 * s["tw"], low, high) for types, low, high in (
        (("W", "HP"), 0.97, 1.0), (("M",), 0.955, 1.0), (("S",), 0.925, 0.975),
        (CHANNELS, 0.92, 1.015))),
    Rule(TEES, "PB", "its perimeter is", ("bf", "d"), lambda s: 2 * s["bf"] + 2 * s["d"],
         0.95, 1.0),
    Rule(_FLANGED, "PA", "PB - bf is", ("PB", "bf"), lambda s: s["PB"] - s["bf"], 0.985, 1.015),
    Rule(_FLANGED, "PC", "bf + 2 d is", ("bf", "d"), lambda s: s["bf"] + 2 * s["d"], 0.99, 1.01),
    Rule(_FLANGED, "PD", "2 bf + 2 d is", ("bf", "d"), lambda s: 2 * s["bf"] + 2 * s["d"],
         0.99, 1.01),
)  # fmt: skip
