"""One cell of a catalog: a number exactly as printed, nothing, or an error."""

import math
import re
from decimal import Decimal
from fractions import Fraction

# Hyphen, en dash, em dash, minus sign; and an en dash of the old Mac OS read as Latin-1.
_DASHES = "-\u2013\u2014\u2212\u00d0"
NOT_APPLICABLE = frozenset({*_DASHES, "", "n/a", "N/A", "NA"})
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
# A group before the first comma that is 0 is no thousand: 0,752 has a decimal comma.
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_COMMA = re.compile(r"[0-9]+,[0-9]+")
_EXPONENT = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]{1,2}")
_FRACTION = re.compile(r"(?:([0-9]+)(?: +| *- *))?([0-9]+) */ *([0-9]+)")
_SPREADSHEET_DIGITS = 15


class Cells(dict[object, str | None]):
    """A cell to its decimal literal, or None where it says 'not applicable'; remembers answers.

    Floats are written with the 15 digits that a spreadsheet keeps, so 2.9699999999999998 is 2.97.
    Text keeps its digits: 44.0 stays 44.0. Fractions are exact: 7-1/2 is 7.5, 1 3/50 is 1.06.
    Raises ValueError, saying what is wrong, for anything that is not a number of zero or more.
    """

    def __missing__(self, cell: object) -> str | None:
        """Parse a cell that was not seen before."""
        literal = parse(cell)
        self[cell] = literal
        return literal


def parse(cell: object) -> str | None:
    """Return the decimal literal of a cell, None for 'not applicable'. Raises ValueError."""
    if isinstance(cell, bool):
        raise ValueError(f"{str(cell).upper()} is not a number")
    if isinstance(cell, float | int):
        return _from_float(cell)
    if isinstance(cell, str):
        return _from_text(" ".join(cell.split()))
    raise ValueError(f"{cell} is a date, not a number; a fraction may have been turned into one")


def _from_float(cell: float) -> str:
    if not math.isfinite(cell):
        raise ValueError(f"{cell} is not a finite number")
    if cell < 0:
        raise ValueError(f"{cell:.{_SPREADSHEET_DIGITS}g} is negative")
    return f"{cell:.{_SPREADSHEET_DIGITS}g}"


def _from_text(text: str) -> str | None:
    if text in NOT_APPLICABLE:
        return None
    if text[0] in _DASHES and _is_number(text[1:].strip()):
        raise ValueError(f"{text} is negative")
    if not _is_number(text):
        raise ValueError(f"{text!r} is not a number{_why(text)}")
    if match := _FRACTION.fullmatch(text):
        return _from_fraction(text, *match.groups())
    plain = text.replace(",", "")
    if _EXPONENT.fullmatch(plain):
        return f"{Decimal(plain):f}"
    whole, _, decimals = plain.partition(".")
    return (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")


def _why(text: str) -> str:
    if _COMMA.fullmatch(text):
        return "; its comma may be a decimal point"
    if any(character.isdigit() and character not in "0123456789" for character in text):
        return "; its digits are not 0 to 9"
    return ""


def _is_number(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_PLAIN, _GROUPED, _EXPONENT, _FRACTION))


def _from_fraction(text: str, whole: str | None, above: str, below: str) -> str:
    denominator = int(below)
    if denominator == 0 or (whole is not None and int(above) >= denominator):
        raise ValueError(f"{text!r} is not a fraction")
    # Excel prints 1.06 as 1 3/50 under the format of fractions with two digits.
    if 100 % denominator and denominator & (denominator - 1):
        raise ValueError(f"{text!r} is not a fraction of an inch: {below} is no power of 2")
    exact = Fraction(int(above), denominator) + int(whole or 0)
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):f}"
