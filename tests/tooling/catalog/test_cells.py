"""A cell is a number exactly as printed, nothing, or an error that says why."""

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tooling.catalog.cells import Cells, parse


@pytest.mark.parametrize(
    ("cell", "literal"),
    [
        (14.0, "14"),
        (2.9699999999999998, "2.97"),
        (84.80000000000001, "84.8"),
        (0.14699999999999996, "0.147"),
        (691000.0, "691000"),
        (0.00791, "0.00791"),
        ("44.0", "44.0"),
        ("1.00", "1.00"),
        (".5", "0.5"),
        ("007", "7"),
        ("31,100", "31100"),
        ("1,234,567.25", "1234567.25"),
        ("1.03E+06", "1030000"),
        ("7-1/2", "7.5"),
        ("7 1/2", "7.5"),
        ("43  5/8 ", "43.625"),
        ("1  3/50", "1.06"),
        ("44      ", "44"),
        (" 13/16", "0.8125"),
        ("0", "0"),
    ],
)
def test_a_number_keeps_its_printed_digits(cell: object, literal: str) -> None:
    assert parse(cell) == literal


@pytest.mark.parametrize("cell", ["", "  ", "-", "\u2013", "\u2014", "\u00d0", "N/A"])
def test_a_dash_or_nothing_is_not_applicable(cell: str) -> None:
    assert parse(cell) is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("twelve", "'twelve' is not a number"),
        ("12 in", "'12 in' is not a number"),
        ("#DIV/0!", "'#DIV/0!' is not a number"),
        ("1,5", "'1,5' is not a number"),
        ("0,752", "'0,752' is not a number; its comma may be a decimal point"),
        ("\u0663", "'\u0663' is not a number; its digits are not 0 to 9"),
        ("1.2.3", "'1.2.3' is not a number"),
        ("nan", "'nan' is not a number"),
        ("-26.5", "-26.5 is negative"),
        ("\u221226.5", "\u221226.5 is negative"),
        (-26.5, "-26.5 is negative"),
        (math.nan, "nan is not a finite number"),
        (math.inf, "inf is not a finite number"),
        (True, "TRUE is not a number"),
        ("1/0", "'1/0' is not a fraction"),
        ("7-4/2", "'7-4/2' is not a fraction"),
        ("1/3", "'1/3' is not a fraction of an inch: 3 is no power of 2"),
        (datetime.date(2020, 1, 2), "2020-01-02 is a date, not a number"),
    ],
)
def test_anything_else_is_an_error(cell: object, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(cell)
    assert str(caught.value).startswith(reason)


@given(st.decimals(min_value=0, max_value=10**6, places=3))
def test_a_decimal_survives_a_spreadsheet(value: object) -> None:
    literal = Cells()[float(str(value))]
    assert literal is not None
    assert float(literal) == float(str(value))
    assert "e" not in literal


@given(st.text(max_size=8))
def test_no_text_gets_past_as_something_else(text: str) -> None:
    try:
        literal = parse(text)
    except ValueError:
        return
    assert literal is None or math.isfinite(float(literal))
