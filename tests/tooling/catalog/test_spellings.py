"""A section is found as engineers type it, whatever the file that it came from."""

from pathlib import Path
from typing import Any

import psycopg

from tests.catalog import spellings
from tests.tooling.catalog import files
from tests.tooling.catalog.common import tooling
from tooling import catalog
from tooling.catalog import lookup
from tooling.errors import Exit

Connection = psycopg.Connection[Any]


def test_every_usual_spelling_leads_to_its_section(connection: Connection, aisc_data: Path) -> None:
    catalog.import_file(connection, aisc_data / "aisc-shapes-database-v16.0.xlsx")
    assert spellings.not_found(connection) == []
    assert spellings.counts(connection)["tried"] >= 180
    # Every printed name of every section leads to it: of AISC, EDI, and in metric units.
    astray = connection.execute(
        "select section.shape, typed.name from catalog.material_catalog as section"
        " cross join lateral (values (section.shape), (lower(section.edi_label)),"
        "   (replace(section.metric_label, 'X', ' \u00d7 '))) as typed (name)"
        " where section.kind = 'section' and section.shape_type in ('C', 'PIPE', 'HP', 'MT')"
        "   and not exists (select from catalog.shapes_named(typed.name) as named"
        "                    where named.material_id = section.material_id)"
    ).fetchall()
    assert astray == []


def test_names_of_the_wheel_are_found_too(connection: Connection, wheel: Path) -> None:
    catalog.import_file(connection, wheel)
    metric = [text for text, _ in spellings.spellings() if text in _METRIC]
    assert sorted(spellings.not_found(connection)) == sorted(metric)
    found = lookup.shape(connection, "w 14 x 90", edition=None, grade=None, units="us")
    # 90 as AISC prints it, which the wheel writes 90.0.
    assert {str(row["value"]) for row in found.properties if row["symbol"] == "W"} == {"90"}


_METRIC = {
    *("W360X134", "W360\u00d7134", "w 360 x 134", "W360x134 kg/m", "HP360X108", "C250X22.8"),
    *("HSS304.8X304.8X15.9", "HSS254X12.7", "L102X102X12.7", "Pipe200STD", "DN200 STD pipe"),
}
"""The wheel has no metric names."""


def test_what_else_a_name_means_is_said(url: str, connection: Connection, tmp_path: Path) -> None:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    connection.execute(
        "update catalog.material_catalog set metric_label = 'Pipe8STD' where shape = 'W10X51'"
    )
    connection.execute(
        "update catalog.material_catalog set metric_label = 'Pipe8STD', shape_type = 'PIPE'"
        " where shape = 'L6X4X7/8'"
    )
    done = tooling(url, "catalog", "shape", "Pipe 8 std")
    assert done.returncode == Exit.OK
    assert done.stdout.startswith("Pipe8STD (AISC Shapes Database v16.0), US units\n")
    assert done.stderr == "note: Pipe 8 std is the metric name of L6X4X7/8\n"
