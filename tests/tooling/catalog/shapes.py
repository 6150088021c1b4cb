"""Invented sections whose values obey physics, so that no row of AISC's is in this repository."""

import math
from dataclasses import dataclass, field

from tooling.catalog import geometry

TAN = "tan(\u03b1)"
IN, IN2, IN3, IN4 = 25.4, 645.16, 16.387064, 0.4162314256
_FACTORS = {
    **dict.fromkeys(("Ix", "Iy"), IN4),
    **dict.fromkeys(("Sx", "Sy", "Zx", "Zy"), IN3),
    "A": IN2,
    "J": 1000 * IN4,
    "W": 1.48816394357,
}
SYMBOLS = (
    *("W", "A", "d", "ddet", "Ht", "OD", "bf", "B", "b", "tw", "tf", "t", "tnom", "tdes", "kdes"),
    *("bf/2tf", "Ix", "Zx", "Sx", "rx", "Iy", "Zy", "Sy", "ry", "J", TAN),
)


@dataclass(frozen=True)
class Shape:
    """A section in US units; what it does not have is absent."""

    label: str
    type: str
    us: dict[str, float] = field(default_factory=dict)

    @property
    def metric_label(self) -> str:
        return f"{self.type}{self.us['W'] * 10:.0f}M"

    @property
    def si(self) -> dict[str, float]:
        ratios = ("bf/2tf", TAN)
        return {
            symbol: value if symbol in ratios else digits(value * _FACTORS.get(symbol, IN), 5)
            for symbol, value in self.us.items()
        }


def digits(value: float, count: int = 4) -> float:
    return float(f"{value:.{count}g}")


def i_shape(label: str, d: float, bf: float, tw: float, tf: float) -> Shape:
    web = d - 2 * tf
    area = 2 * bf * tf + web * tw
    ix = (bf * d**3 - (bf - tw) * web**3) / 12
    iy = (2 * tf * bf**3 + web * tw**3) / 12
    own = {
        "d": d, "ddet": d, "bf": bf, "tw": tw, "tf": tf, "kdes": tf + 0.5,
        "bf/2tf": digits(bf / 2 / tf),
        "Zx": bf * tf * (d - tf) + tw * web**2 / 4,
        "Zy": tf * bf**2 / 2 + web * tw**2 / 4,
        "J": (2 * bf * tf**3 + (d - tf) * tw**3) / 3,
    }  # fmt: skip
    return Shape(label, "W", _rounded(own | _properties(area, ix, iy, d, bf, area)))


def box(label: str, depth: float, width: float, nominal: float, share: float = 0.93) -> Shape:
    def area(wall: float) -> float:
        return 2 * wall * (depth + width - 2 * wall) - (4 - math.pi) * 3 * wall**2

    wall = digits(nominal * share)
    plain = geometry.box({"Ht": depth, "B": width, "tdes": wall})
    own = {"Ht": depth, "B": width, "b": width - 3 * wall, "tnom": nominal, "tdes": wall}
    own |= _properties(plain["A"], plain["Ix"], plain["Iy"], depth, width, area(nominal))
    own |= {f"Z{axis}": own[f"S{axis}"] * plain[f"Z{axis}/S{axis}"] for axis in "xy"}
    return Shape(label, "HSS", _rounded(own | {"J": plain["J"]}))


def pipe(label: str, outside: float, nominal: float) -> Shape:
    wall = digits(nominal * 0.93)
    inside = outside - 2 * wall
    inertia = math.pi / 64 * (outside**4 - inside**4)
    area = math.pi * (outside - wall) * wall
    heavy = math.pi * (outside - nominal) * nominal
    plastic = (outside**3 - inside**3) / 6
    own = {"OD": outside, "tnom": nominal, "tdes": wall, "Zx": plastic, "Zy": plastic}
    own |= _properties(area, inertia, inertia, outside, outside, heavy) | {"J": 2 * inertia}
    return Shape(label, "PIPE", _rounded(own))


def angle(label: str, short: float, long: float, leg: float) -> Shape:
    plain = geometry.angle(long, short, leg)
    own = {"d": short, "b": long, "t": leg, TAN: plain["tan"], "W": plain["A"] * 490 / 144}
    names = ("A", "Ix", "Zx", "Sx", "rx", "Iy", "Zy", "Sy", "ry", "J")
    return Shape(label, "L", _rounded(own | {symbol: plain[symbol] for symbol in names}))


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {symbol: digits(value) for symbol, value in values.items()}


def _properties(
    area: float, ix: float, iy: float, depth: float, width: float, heavy: float
) -> dict[str, float]:
    return {
        "W": heavy * 490 / 144,
        "A": area,
        "Ix": ix,
        "Sx": 2 * ix / depth,
        "rx": math.sqrt(ix / area),
        "Iy": iy,
        "Sy": 2 * iy / width,
        "ry": math.sqrt(iy / area),
    }


SHAPES = (
    i_shape("W10X49", 10.0, 10.0, 0.5, 0.5),
    i_shape("W21X70.5", 20.5, 8.25, 0.4375, 0.75),
    box("HSS8X4X1/2", 8, 4, 0.5),
    box("HSS10X6X3/8", 10, 6, 0.375),
    pipe("Pipe8STD", 8.625, 0.322),
    angle("L6X4X7/8", 4, 6, 0.875),
)
