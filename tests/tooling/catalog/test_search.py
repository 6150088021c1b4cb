"""Sections are searched in SI units, by both axes, by strength and by form."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.common import tooling
from tests.tooling.catalog.shapes import SHAPES
from tooling import catalog
from tooling.errors import Exit

Connection = psycopg.Connection[Any]
W10, W20, HSS8, HSS10, PIPE8, _ = SHAPES


@pytest.fixture
def filled(connection: Connection, url: str, tmp_path: Path) -> str:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    return url


def found(url: str, *arguments: str) -> list[dict[str, Any]]:
    done = tooling(url, "catalog", "lightest", *arguments, "--json")
    assert done.returncode == Exit.OK, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def test_in_si_units_limits_and_results_are_those_printed(filled: str) -> None:
    least = HSS8.si["Sx"]
    rows = found(filled, "HSS", "--units", "si", "--min-sx", str(least), "--max-depth", "254")
    assert [row["shape"] for row in rows] == ["HSS8X4X1/2", "HSS10X6X3/8"]
    assert rows[0]["sx_1e3_mm3"] == least
    assert rows[0]["weight_kg_per_m"] == HSS8.si["W"]
    more = found(filled, "HSS", "--units", "si", "--min-sx", str(least + 0.01))
    assert [row["shape"] for row in more] == ["HSS10X6X3/8"]


def test_by_both_axes(filled: str) -> None:
    least = {"Zx": HSS10.us["Zx"], "Zy": HSS10.us["Zy"]}
    limits = ["--min-zx", str(least["Zx"]), "--min-zy", str(least["Zy"])]
    rows = found(filled, "W", "HSS", *limits)
    enough = {s.label for s in SHAPES[:4] if all(s.us[name] >= least[name] for name in least)}
    assert {row["shape"] for row in rows} == enough
    assert "HSS10X6X3/8" in enough
    assert "HSS8X4X1/2" not in enough
    assert [row["zy_in3"] for row in rows if row["shape"] == "HSS10X6X3/8"] == [least["Zy"]]


def test_by_form(filled: str) -> None:
    assert [row["shape"] for row in found(filled, "HSS", "PIPE", "--form", "round")] == ["Pipe8STD"]
    done = tooling(filled, "catalog", "lightest", "HSS", "--form", "square")
    assert (done.stdout, done.stderr) == ("", "note: edition v16.0 has no square HSS\n")


@pytest.fixture
def compact(connection: Connection, filled: str) -> str:
    """Give the invented sections the ratios that strength depends on."""
    ratios = {"bf/2tf": 6, "h/tw": 40, "b/tdes": 10, "h/tdes": 20, "D/t": 28}
    connection.execute(
        "update catalog.material_catalog"
        "   set properties = jsonb_set(properties, '{us}', properties -> 'us' || %s)"
        " where kind = 'section' and shape_type <> 'PIPE' and shape <> 'HSS10X6X3/8'",
        [json.dumps({name: value for name, value in ratios.items() if name != "D/t"})],
    )
    connection.execute(
        "update catalog.material_catalog"
        "   set properties = jsonb_set(properties, '{us,D/t}', '28') where shape_type = 'PIPE'"
    )
    return filled


@pytest.mark.parametrize(("method", "factor"), [("lrfd", 0.9), ("asd", 1 / 1.67)])
def test_by_strength_about_both_axes(compact: str, method: str, factor: float) -> None:
    asked = ["--mx", "10", "--my", "8", "--steel", "a500 gr c", "--method", method, "--count", "9"]
    rows = found(compact, "HSS", "PIPE", *asked, "--max-depth", "9")
    for row, section in zip(rows, (PIPE8, HSS8), strict=True):
        assert row["shape"] == section.label
        # The least Fy of A500 Grade C is that of round sections, 46 ksi.
        x, y = (factor * 46 * section.us[z] / 12 for z in ("Zx", "Zy"))
        assert row["strength_ratio"] == pytest.approx(10 / x + 8 / y, abs=0.001)


def test_the_strength_is_named_and_what_is_not_compact_has_none(compact: str) -> None:
    asked = ["--mx", "1", "--fy", "50", "--method", "asd"]
    done = tooling(compact, "catalog", "lightest", "HSS", *asked)
    assert "HSS8X4X1/2" in done.stdout
    assert "HSS10X6X3/8" not in done.stdout
    assert done.stderr.startswith("note: strength is Mn / Omega with Omega = 1.67, Mn = Fy Zx or")
    assert "lateral-torsional buckling is not considered" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mx", "9", "--fy", "50"], "need --method"),
        (["--mx", "9", "--method", "asd"], "need either --fy"),
        (["--mx", "9", "--method", "asd", "--fy", "50", "--steel", "A36"], "need either --fy"),
        (["--fy", "50"], "--fy is for a strength"),
    ],
)
def test_a_strength_is_asked_for_whole(filled: str, arguments: list[str], message: str) -> None:
    done = tooling(filled, "catalog", "lightest", "W", *arguments)
    assert done.returncode == Exit.USAGE
    assert message in done.stderr
