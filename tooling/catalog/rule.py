"""A section as numbers, and a rule that its printed values keep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from tooling.catalog import geometry
from tooling.catalog.labels import Designation

BEAMS = ("W", "M", "S", "HP")
CHANNELS = ("C", "MC")
TEES = ("WT", "MT", "ST")
ANGLES = ("L", "2L")
HOLLOW = ("HSS", "PIPE")
ALL = (*BEAMS, *CHANNELS, *TEES, *ANGLES, *HOLLOW)

# Metric designations of double angles round the gap: 9 mm are 3/8 in.
_METRIC_GAPS = {9.0: 9.525, 19.0: 19.05}


@dataclass
class Section:
    """The values of a section in one system of units, by symbol, and what follows from its form."""

    type: str
    units: str
    v: dict[str, float]
    label: Designation | None = None
    slack: dict[str, float] = field(default_factory=dict)

    def __getitem__(self, symbol: str) -> float:
        """Return a value. Raises KeyError if it is not printed."""
        return self.v[symbol]

    @cached_property
    def plain(self) -> dict[str, float]:
        """What the plain shape gives; empty if a dimension is missing or makes no shape."""
        try:
            return self._plain()
        except (KeyError, ValueError, ZeroDivisionError, OverflowError):
            return {}

    def _plain(self) -> dict[str, float]:
        v = self.v
        if self.type in BEAMS:
            return geometry.i_shape(v)
        if self.type in TEES:
            return geometry.tee(v)
        if self.type in CHANNELS:
            return geometry.channel(v)
        if self.type == "HSS" and "OD" not in v:
            return geometry.box(v)
        if self.type in HOLLOW:
            return geometry.tube(v)
        short, long = sorted((v["d"], v["b"]))
        if self.type == "L":
            return geometry.angle(long, short, v["t"])
        if self.label is None or self.label.type != "2L":
            return {}
        gap = self.label.sizes[3] if len(self.label.sizes) > 3 else 0.0
        gap = _METRIC_GAPS.get(gap, gap)
        if self.label.tail == "SLBB":
            return geometry.double_angle(short, long, v["t"], gap)
        return geometry.double_angle(long, short, v["t"], gap)


Expected = float | tuple[float, ...]


@dataclass(frozen=True)
class Rule:
    """A symbol is `low` to `high` times what `formula` gives; it `uses` other symbols."""

    types: tuple[str, ...]
    symbol: str
    says: str
    uses: tuple[str, ...]
    formula: Callable[[Section], Expected]
    low: float
    high: float
