"""The command line answers what catalog users ask."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.shapes import SHAPES, Shape
from tooling import catalog
from tooling.errors import Exit

Connection = psycopg.Connection[Any]


@pytest.fixture
def filled(connection: Connection, url: str, tmp_path: Path) -> str:
    """Return a database with edition v16.0, and an older v13.2 that lacks a section and differs."""
    first, second, *rest = SHAPES
    heavier = Shape(second.label, second.type, second.us | {"J": second.us["J"] * 1.01})
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    old = files.v15(tmp_path / "v13.2.csv", [heavier, *rest])
    assert catalog.import_file(connection, old).edition == "v13.2"
    del first
    return url


def ask(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "tooling", "catalog", *arguments, "--dsn", url]
    return subprocess.run(run, capture_output=True, text=True, check=False)


def answer(url: str, *arguments: str) -> Any:
    done = ask(url, *arguments, "--json")
    assert done.returncode == Exit.OK, done.stderr
    return json.loads(done.stdout)


def test_all_properties_of_a_shape_in_any_case_from_the_newest_edition(filled: str) -> None:
    for units, values in (("us", SHAPES[0].us), ("si", SHAPES[0].si)):
        shape = answer(filled, "shape", "w10x49", "--units", units)
        assert shape["edition"] == "v16.0"
        assert shape["properties"] == values
        assert list(shape["properties"])[:3] == ["W", "A", "d"]
    assert answer(filled, "shape", "W21X70.5", "--edition", "13.2")["edition"] == "v13.2"


def test_units_that_the_source_does_not_print_are_an_error(
    connection: Connection, url: str, tmp_path: Path
) -> None:
    us_only = files.text_file(tmp_path / "v15.0.csv", files.table(systems=("us",)))
    catalog.import_file(connection, us_only, edition="v15.0")
    done = ask(url, "shape", SHAPES[0].label, "--units", "si", "--json")
    assert done.returncode == Exit.INPUT
    assert "has no values in SI units" in done.stderr
    assert "hint: AISC's workbook has both" in done.stderr


def test_a_table_for_people(filled: str) -> None:
    done = ask(filled, "shape", "Pipe8STD")
    assert done.returncode == Exit.OK
    title, header, weight, *_ = done.stdout.splitlines()
    assert title == "Pipe8STD (AISC Shapes Database v16.0), US units"
    assert header.split() == ["symbol", "value", "unit", "description"]
    assert weight.split() == ["W", "28.58", "lb/ft", "Nominal", "weight;", "mass", "in", "SI"]


def test_the_lightest_of_several_types(filled: str) -> None:
    rows = answer(filled, "lightest", "hss", "PIPE", "--min-sx", "15", "--max-depth", "9")
    assert [row["shape"] for row in rows] == ["Pipe8STD", "HSS8X4X1/2"]
    rows = answer(filled, "lightest", "HSS", "PIPE", "--min-sx", "15", "--count", "1")
    assert [row["shape"] for row in rows] == ["Pipe8STD"]
    done = ask(filled, "lightest", "W", "--min-sx", "1000")
    assert (done.returncode, done.stdout) == (Exit.OK, "")
    assert done.stderr.startswith("note: no W has Sx >= 1000 in^3; the greatest is ")


def test_what_changed_between_editions(filled: str) -> None:
    rows = answer(filled, "diff", "v13.2", "v16.0")
    assert [(row["shape"], row["change"], row["symbol"]) for row in rows] == [
        ("W10X49", "added", None),
        ("W21X70.5", "changed", "J"),
    ]
    assert rows[1]["value_from"] == pytest.approx(1.01 * rows[1]["value_to"])
    assert rows[1]["unit"] == "in^4"
    back = answer(filled, "diff", "v16.0", "v13.2", "--units", "si")
    assert [row["change"] for row in back] == ["removed", "changed"]
    done = ask(filled, "diff", "v13.2", "v16.0")
    assert done.stderr == "v13.2 to v16.0: shapes 1 added, 0 removed, 1 changed\n"


def test_where_a_number_comes_from(filled: str) -> None:
    us, si = answer(filled, "source", "HSS8X4X1/2", "Ix")
    assert (us["units"], us["symbol"], us["value"]) == ("us", "Ix", SHAPES[2].us["Ix"])
    assert (us["file_name"], us["sheet"], us["source_row"]) == ("v16.0.xlsx", "Database v16.0", 4)
    assert len(us["file_sha256"]) == 64
    assert (si["units"], si["value"]) == ("si", SHAPES[2].si["Ix"])


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (
            ["shape", "W10X49", "--edition", "v13.2"],
            "shape W10X49 is not in edition v13.2",
            "It is in: v16.0.",
        ),
        (
            ["shape", "W99X99"],
            "shape W99X99 is not in edition v16.0",
            "The nearest are W21X70.5 and W10X49.",
        ),
        (
            ["shape", "W10X49", "--grade", "A1085"],
            "no shapes of grade A1085 are in the catalog",
            "Import a workbook with: tooling import-aisc FILE",
        ),
        (
            ["lightest", "HHS"],
            "edition v16.0 has no shapes of type HHS",
            "Types are W, M, S, HP, C, MC, L, WT, MT, ST, 2L, HSS and PIPE.",
        ),
        (
            ["diff", "v8.0", "v16.0"],
            "edition v8.0 is not in the catalog",
            "Import it with: tooling import-aisc FILE",
        ),
        (
            ["lightest", "L", "--mx", "9", "--fy", "50", "--method", "asd"],
            "flexural strength is known of W, M, S, HP, C, MC, HSS, PIPE only",
            "Search the other types by Sx or Zx.",
        ),
        (
            ["shape", "W10X49", "--edition", "new"],
            "'new' is not an edition",
            "Give one such as v15.0.",
        ),
    ],
)
def test_a_question_without_an_answer(
    filled: str, arguments: list[str], error: str, hint: str
) -> None:
    done = ask(filled, *arguments)
    assert done.returncode == Exit.INPUT
    assert done.stdout == ""
    assert done.stderr == f"error: {error}\nhint: {hint}\n"


def test_a_symbol_that_is_not_printed_of_a_shape(filled: str) -> None:
    done = ask(filled, "source", "W10X49", "tdes")
    assert done.returncode == Exit.INPUT
    assert done.stderr.startswith("error: W10X49 has no value of tdes\nhint: It has W, A, d,")
