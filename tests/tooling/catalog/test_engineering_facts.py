"""Each figure that engineers cite agrees with a second statement of it, written independently.

statements.csv and clauses_stated.csv hold what others than the cited source say of the same thing,
in the units that they say it in.
"""

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.conftest import close

HERE = Path(__file__).parent
# To ksi, psf, psf/ft and pcf.
_UNITS = {
    "ksi": 1,
    "psi": 0.001,
    "MPa": 1 / 6.894757,
    "GPa": 1000 / 6.894757,
    "psf": 1,
    "psf/ft": 1,
    "kN/m3": 6.36588,
    "": 1,
}
# Strengths in MPa are rounded to 5 or 10: 420 MPa is 60 ksi.
_TOLERANCE = 0.02
_SOIL = {
    "bearing": "bearing_psf",
    "lateral": "lateral_bearing_psf_per_ft",
    "friction": "sliding_friction_coefficient",
    "cohesion": "sliding_cohesion_psf",
}
OWN = {"K_FACTOR"}
"""Constants that no one else states."""


def stated(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows(server: Any, migrated_template: str) -> dict[str, list[dict[str, Any]]]:
    """Return what the seeds put into the catalogs."""
    tables = ("material_catalog", "soil_classes", "calibration_constants", "code_references")
    with psycopg.connect(close(server.url(migrated_template)), row_factory=dict_row) as connection:
        return {
            table: connection.execute(f"select * from catalog.{table}").fetchall()
            for table in tables
        }


@pytest.fixture(scope="module")
def figures(rows: dict[str, list[dict[str, Any]]]) -> dict[tuple[str, str, str], Decimal]:
    """Return every figure by what it is of, its product and its name; E and G by the metal."""
    found: dict[tuple[str, str, str], Decimal] = {}
    for row in rows["material_catalog"]:
        product = row["shape"] or ""
        found |= {
            (row["grade"], product, name): row[f"{name.lower()}_ksi"] for name in ("Fy", "Fu")
        }
        metal = "aluminium" if row["standard"] == "ASTM B221" else "steel"
        for name in ("E", "G"):
            if (value := row[f"{name.lower()}_ksi"]) is not None:
                assert found.setdefault((metal, "", name), value) == value
    for row in rows["soil_classes"]:
        subject = f"soil {row['class']}"
        found |= {
            (subject, "", name): row[column]
            for name, column in _SOIL.items()
            if row[column] is not None
        }
    for row in rows["calibration_constants"]:
        found[row["name"], "", "value"] = row["value"]
    return found


def test_every_figure_has_a_second_statement(
    figures: dict[tuple[str, str, str], Decimal],
) -> None:
    second = {(row["subject"], row["product"], row["figure"]) for row in stated("statements.csv")}
    assert {key for key in figures if key[0] not in OWN} == second


@pytest.mark.parametrize(
    "row", stated("statements.csv"), ids=lambda row: f"{row['subject']}-{row['figure']}"
)
def test_a_figure_agrees_with_its_second_statement(
    row: dict[str, str], figures: dict[tuple[str, str, str], Decimal]
) -> None:
    value = float(figures[row["subject"], row["product"], row["figure"]])
    assert float(row["value"]) * _UNITS[row["unit"]] == pytest.approx(value, rel=_TOLERANCE)


def test_si_values_of_a_material_are_those_in_us_units(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    for row in rows["material_catalog"]:
        us, si = row["properties"]["us"], row["properties"]["si"]
        assert us.keys() == si.keys()
        for name, value in us.items():
            assert si[name] == pytest.approx(value * 6.894757, rel=_TOLERANCE, abs=3), row["grade"]


def test_the_shear_modulus_follows_from_that_of_elasticity(
    figures: dict[tuple[str, str, str], Decimal],
) -> None:
    for metal, poisson in (("steel", 0.3), ("aluminium", 0.33)):
        e, g = (float(figures[metal, "", name]) for name in ("E", "G"))
        assert g == pytest.approx(e / 2 / (1 + poisson), rel=0.01)


def test_every_clause_agrees_with_its_second_statement(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    def bare(text: str | None) -> str:
        return re.sub(r"[\s;,]", "", text or "").casefold()

    ours = {
        (row["code"], row["section"]): (bare(row["title"]), bare(row["formula"]))
        for row in rows["code_references"]
    }
    theirs = {
        (row["code"], row["section"]): (bare(row["title"]), bare(row["formula"]))
        for row in stated("clauses_stated.csv")
    }
    assert ours == theirs


def test_every_fact_and_its_second_statement_say_where_they_are_from(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    sources = [row["source"] for table in rows.values() for row in table]
    sources += [
        row["stated_by"]
        for name in ("statements.csv", "clauses_stated.csv")
        for row in stated(name)
    ]
    assert [source for source in sources if len(source) < 15] == []


def test_no_soil_is_presumed_for_an_unknown_site(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    constants = {row["name"]: row for row in rows["calibration_constants"]}
    bearing = constants["SOIL_BEARING_DEFAULT"]
    assert "sandy gravel" in bearing["description"]
    assert "WARNING" in bearing["description"]
    assert "no geotechnical report" not in bearing["description"]
    assert "own calibration" in constants["K_FACTOR"]["source"]
