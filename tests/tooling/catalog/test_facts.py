"""Materials, soils, clauses, constants and prices are looked up with their sources."""

import json
from typing import Any

import pytest

from tests.tooling.catalog.common import tooling
from tooling.errors import Exit


def rows(url: str, *arguments: str) -> Any:
    done = tooling(url, "catalog", *arguments, "--json")
    assert done.returncode == Exit.OK, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("typed", "grades"),
    [
        ("a36", {"A36"}),
        ("A572-50", {"A572 Gr 50"}),
        ("ASTM A572 Grade 50", {"A572 Gr 50"}),
        ("a500 grade c", {"A500 Gr C"}),
        ("A500", {"A500 Gr B", "A500 Gr C"}),
        ("f1554 55", {"F1554 Gr 55"}),
        ("F3125", {"A325", "A490"}),
        ("F3125 Grade A325", {"A325"}),
        ("6061", {"6061-T6"}),
        ("6063-t6", {"6063-T6"}),
        ("A615 Gr. 60", {"A615 Gr 60"}),
    ],
)
def test_a_material_is_found_as_it_is_called(
    shared_database: str, typed: str, grades: set[str]
) -> None:
    found = rows(shared_database, "material", typed)
    assert {row["grade"] for row in found} == grades
    assert all(row["source"] and row["file_name"] == "materials.csv" for row in found)
    assert all(row["imported_by"] for row in found)


def test_a_weld_has_values_of_its_own(shared_database: str) -> None:
    plain, welded = rows(shared_database, "material", "6061-T6")
    assert (plain["fy_ksi"], welded["fy_ksi"]) == (35, 15)
    assert "weld" in welded["shape"]


def test_soils_are_a_table_with_a_warning(shared_database: str) -> None:
    assert [row["bearing_psf"] for row in rows(shared_database, "soil")] == [
        *(12000, 4000, 3000, 2000, 1500)
    ]
    done = tooling(shared_database, "catalog", "soil", "5")
    assert "130" in done.stdout
    assert "where the class is known" in done.stderr


def test_clauses_are_found_in_any_spelling(shared_database: str) -> None:
    (clause,) = rows(shared_database, "clause", "asce 7\u201316", "29.3.1")
    assert clause["formula"] == "F = qh G Cf As"
    assert clause["imported_at"]
    sections = [row["section"] for row in rows(shared_database, "clause", "aisc")]
    assert sections == ["F2.1", "F7", "F8", "H1", "H3"]


def test_constants_and_prices_are_those_of_a_day_with_who_published_them(
    shared_database: str,
) -> None:
    (constant,) = rows(shared_database, "constant", "k_factor")
    assert (constant["value"], constant["unit"]) == (0.15, "unitless")
    assert constant["published_by"]
    assert constant["published_at"]
    (price,) = rows(shared_database, "price", "PERMIT-PKG", "--on", "2025-06-01")
    assert price["price_usd"] == 250
    assert len(rows(shared_database, "price", "--all")) == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["material", "A999"], "no material 'A999' is in the catalog"),
        (["material", ""], "no material '' is in the catalog"),
        (["soil", "6"], "no class 6 of soils is in the catalog"),
        (["clause", "ASCE 7-16", "99"], "no clause 'ASCE 7-16 99' is in the catalog"),
        (["clause", "BS 5950"], "no clause 'BS 5950' is in the catalog"),
        (["constant", "PI"], "no constant 'PI' is in the catalog"),
        (
            ["constant", "K_FACTOR", "--on", "2020-01-01"],
            "has no version that is valid on 2020-01-01",
        ),
        (["price", "free"], "no price 'free' is in the catalog"),
    ],
)
def test_what_is_not_there_is_an_error_that_names_what_is(
    shared_database: str, arguments: list[str], message: str
) -> None:
    done = tooling(shared_database, "catalog", *arguments)
    assert done.returncode == Exit.INPUT
    assert message in done.stderr
    assert "\nhint: " in done.stderr
