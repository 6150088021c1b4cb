"""Designations of sections: one spelling for each, and what they say of type, size and weight."""

import re
from dataclasses import dataclass
from fractions import Fraction

SHAPE_TYPES = ("W", "M", "S", "HP", "C", "MC", "L", "WT", "MT", "ST", "2L", "HSS", "PIPE")
# Nominal sizes of pipe in inches whose outside diameter is another: ASME B36.10M, table 1.
PIPE_DIAMETERS = {
    0.5: 0.84, 0.75: 1.05, 1: 1.315, 1.25: 1.66, 1.5: 1.9, 2: 2.375, 2.5: 2.875, 3: 3.5, 3.5: 4,
    4: 4.5, 5: 5.563, 6: 6.625, 8: 8.625, 10: 10.75, 12: 12.75,
}  # fmt: skip
_TIMES = str.maketrans({"\u00d7": "X", "\u2715": "X", "\u2a09": "X", "*": "X", "\u2044": "/"})
_NUMBER = re.compile(r"(?:(?P<whole>[0-9]+)[- ])?(?P<above>[0-9]+)/(?P<below>[0-9]+)")
_DECIMAL = re.compile(r"[0-9]*\.?[0-9]+|[0-9]+\.")
_PARTS = re.compile(
    r"(?P<type>2L|HSS|PIPE|HP|MC|WT|MT|ST|W|M|S|C|L)"
    r"(?P<sizes>[0-9./X -]*?)(?P<tail>STD|XS|XXS|X|LLBB|SLBB)?"
)
_SIZES = {
    **dict.fromkeys(("W", "M", "S", "HP", "C", "MC", "WT", "MT", "ST"), (2,)),
    "L": (3,), "2L": (3, 4), "HSS": (2, 3), "PIPE": (1,),
}  # fmt: skip


@dataclass(frozen=True)
class Designation:
    """What a label says: the type, its numbers in order, and the letters behind them."""

    type: str
    sizes: tuple[float, ...]
    tail: str


def printed(label: object) -> str:
    """Return a label as the manual prints it: `w10 \u00d7 36` is W10X36, `pipe8std` is Pipe8STD."""
    text = "".join(str(label).split()).translate(_TIMES).upper()
    return "Pipe" + text[4:] if text.startswith("PIPE") else text


def identity(label: str) -> str:
    """Return what all spellings of a designation share: HSS8X4X.500 is HSS8X4X1/2."""
    read = designation(label)
    if read is None:
        return printed(label).upper()
    return f"{read.type}{'X'.join(f'{size:.6g}' for size in read.sizes)}{read.tail}"


def designation(label: str) -> Designation | None:
    """Read a label; None if it has not the form of its type's designations."""
    match = _PARTS.fullmatch(printed(label).upper())
    if match is None:
        return None
    sizes = [_size(part) for part in match["sizes"].split("X")] if match["sizes"] else []
    if len(sizes) not in _SIZES[match["type"]] or None in sizes:
        return None
    return Designation(match["type"], tuple(s for s in sizes if s), match["tail"] or "")


def _size(text: str) -> float | None:
    if fraction := _NUMBER.fullmatch(text):
        if not int(fraction["below"]):
            return None
        part = Fraction(int(fraction["above"]), int(fraction["below"]))
        return float(part + int(fraction["whole"] or 0))
    return float(text) if _DECIMAL.fullmatch(text) else None
