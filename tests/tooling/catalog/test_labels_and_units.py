"""One spelling for each designation; what a header says of units is converted or refused."""

from decimal import Decimal

import pytest

from tooling.catalog.labels import designation, identity, printed
from tooling.catalog.units import conversion, converted, parse


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("W10X36", "w10x36"),
        ("W10X36", "W10\u00d736"),
        ("W10X36", " w 10 x 36 "),
        ("HSS8X4X1/2", "HSS8X4X.500"),
        ("HSS10.750X0.250", "HSS10.75X.25"),
        ("2L4X4X1/2X3/8LLBB", "2l4x4x0.5x0.375llbb"),
        ("Pipe2-1/2XXS", "PIPE2.5XXS"),
    ],
)
def test_spellings_of_one_designation_have_one_identity(one: str, other: str) -> None:
    assert identity(one) == identity(other)


def test_a_label_is_kept_as_the_manual_prints_it() -> None:
    assert printed("w10\u00d736") == "W10X36"
    assert printed("PIPE8STD") == "Pipe8STD"
    assert designation("no label") is None
    assert identity("HSS5X5X1/4") != identity("HSS5X5X3/8")


@pytest.mark.parametrize(
    ("header", "wanted", "factor"),
    [
        ("mm^3", "10^3 mm^3", "0.001"),
        ("/ 104", "10^3 mm^4", "10"),
        ("/ 10^6", "10^6 mm^4", "1"),
        ("10\u00b3 mm\u00b3", "10^3 mm^3", "1"),
        ("mm4 x 10^6", "10^6 mm^4", "1"),
        ("cm^4", "10^6 mm^4", "0.01"),
        ("cm", "mm", "10"),
        ("in.^4", "in^4", "1"),
        ("ft", "in", "12"),
        ("plf", "lb/ft", "1"),
        ("/ 1000", "in^6", "1000"),
    ],
)
def test_a_unit_or_scale_of_a_header_is_converted(header: str, wanted: str, factor: str) -> None:
    assert conversion(parse(header), wanted) == Decimal(factor)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [("furlong", "in"), ("mm^3", "10^6 mm^4"), ("mm", "in"), ("kg/m", "mm^2"), ("x", "in")],
)
def test_a_unit_that_is_not_understood_is_an_error(header: str, wanted: str) -> None:
    with pytest.raises(ValueError, match="unit"):
        conversion(parse(header), wanted)


def test_a_converted_literal_has_no_digits_that_nobody_printed() -> None:
    assert converted("31.3", Decimal(10)) == "313"
    assert converted("44.0", Decimal(1)) == "44.0"
