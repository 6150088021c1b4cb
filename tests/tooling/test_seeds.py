"""The seeds are the brief's facts; they load once, whole, and never edit what is published."""

import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from tooling import seeds
from tooling.errors import Exit, InputError, RefusedError

FOLDER = Path(__file__).resolve().parents[2] / "seeds/reference"
Connection = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def connection(migrated_database: str) -> Any:
    with psycopg.connect(migrated_database, autocommit=True, row_factory=dict_row) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER, tmp_path / "reference")


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def add(folder: Path, name: str, line: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def state(connection: Connection) -> Any:
    return connection.execute(
        "select (select jsonb_agg(t order by t::text) from catalog.calibration_constants t) a,"
        "       (select jsonb_agg(t order by t::text) from catalog.pricing_configs t) b,"
        "       (select jsonb_agg(t order by t::text) from catalog.code_references t) c,"
        "       (select jsonb_agg(t order by t::text) from catalog.material_catalog t) d,"
        "       (select jsonb_agg(t order by t::text) from catalog.imports t) e"
    ).fetchone()


def test_the_facts_of_the_brief(connection: Connection) -> None:
    constants = connection.execute(
        "select name, version, value, unit from catalog.calibration_constants"
        " where effective_from = '2025-01-01' and effective_to is null order by name"
    ).fetchall()
    assert [tuple(row.values()) for row in constants] == [
        ("CONCRETE_DENSITY", "material_v1", Decimal(150), "pcf"),
        ("K_FACTOR", "footing_v1", Decimal("0.15"), "unitless"),
        ("SOIL_BEARING_DEFAULT", "footing_v1", Decimal(3000), "psf"),
        ("STEEL_MODULUS", "material_v1", Decimal(29000), "ksi"),
        ("STEEL_YIELD_A36", "material_v1", Decimal(36), "ksi"),
        ("STEEL_YIELD_A572", "material_v1", Decimal(50), "ksi"),
    ]
    prices = connection.execute(
        "select item_code, version, price_usd, category::text from catalog.pricing_configs"
        " where effective_from = '2025-01-01' order by item_code"
    ).fetchall()
    assert [tuple(row.values()) for row in prices] == [
        ("base_est", "v1", Decimal("150.00"), "base"),
        ("calc_packet", "v1", Decimal("35.00"), "addon"),
        ("expedited", "v1", Decimal("100.00"), "addon"),
        ("hard_copies", "v1", Decimal("50.00"), "addon"),
        ("permit_pkg", "v1", Decimal("250.00"), "permit"),
    ]
    clauses = connection.execute(
        "select code, section, formula from catalog.code_references"
        " where (code, section) in (('ASCE 7-16', '26.10.2'), ('ASCE 7-16', '29.3.1'),"
        "  ('AISC 360-16', 'F2.1'), ('ACI 318-19', '22.5')) order by code, section"
    ).fetchall()
    assert [tuple(row.values()) for row in clauses] == [
        ("ACI 318-19", "22.5", "Vn = Vc + Vs"),
        ("AISC 360-16", "F2.1", "Mn = Mp = Fy Zx"),
        ("ASCE 7-16", "26.10.2", "qz = 0.00256 Kz Kzt Kd Ke V^2"),
        ("ASCE 7-16", "29.3.1", "F = qh G Cf As"),
    ]
    materials = connection.execute(
        "select grade, shape, fy_ksi, fu_ksi, e_ksi, g_ksi from catalog.material_catalog"
        " where kind = 'material' and g_ksi = 11200 order by grade, shape desc"
    ).fetchall()
    e, g = Decimal(29000), Decimal(11200)
    assert [tuple(row.values()) for row in materials] == [
        ("A1085", None, 50, 65, e, g),
        ("A36", None, 36, 58, e, g),
        ("A500 Gr B", "round HSS", 42, 58, e, g),
        ("A500 Gr B", "rectangular HSS", 46, 58, e, g),
        ("A500 Gr C", "round HSS", 46, 62, e, g),
        ("A500 Gr C", "rectangular HSS", 50, 62, e, g),
        ("A53 Gr B", "pipe", 35, 60, e, g),
        ("A572 Gr 50", None, 50, 65, e, g),
        ("A992", None, 50, 65, e, g),
    ]


def test_loading_again_changes_nothing(connection: Connection, folder: Path) -> None:
    before = state(connection)
    assert seeds.is_current(connection, folder)
    report = seeds.load(connection, folder)
    counts = [report.count(what) for what in ("inserted", "changed", "unchanged")]
    assert counts == [0, 0, 144]
    assert state(connection) == before


def test_the_migrator_loads_them_by_becoming_the_owner(migrated_database: str) -> None:
    url = make_conninfo(migrated_database, user="eagle_migrator")
    with psycopg.connect(url, autocommit=True) as migrator:
        report = seeds.load(migrator, FOLDER)
    assert (report.count("inserted"), report.count("changed")) == (0, 0)


def test_a_dry_run_reports_and_writes_nothing(
    connection: Connection, migrated_database: str, folder: Path
) -> None:
    add(folder, "pricing_configs.csv", "base_est,v2,165.00,Base estimate,base,2026-01-01,")
    edit(folder, "code_references.csv", "Basic Wind Speed", "Basic Wind Speeds")
    before = state(connection)
    run = [sys.executable, "-m", "tooling", "seed", str(folder), "--dsn", migrated_database]
    done = subprocess.run([*run, "--dry-run"], capture_output=True, text=True, check=False)
    assert done.returncode == Exit.OK, done.stderr
    assert done.stdout.splitlines() == [
        "property_definitions.csv: 0 would be inserted, 0 would be changed, 87 unchanged",
        "calibration_constants.csv: 0 would be inserted, 0 would be changed, 6 unchanged",
        "pricing_configs.csv: 1 would be inserted, 0 would be changed, 5 unchanged",
        "materials.csv: 0 would be inserted, 0 would be changed, 20 unchanged",
        "soil_classes.csv: 0 would be inserted, 0 would be changed, 5 unchanged",
        "code_references.csv: 0 would be inserted, 1 would be changed, 20 unchanged",
        "  ASCE 7-16 26.5.1 title: Basic Wind Speed -> Basic Wind Speeds",
        "base_est v2 supersedes the version before it",
    ]
    assert state(connection) == before
    assert not seeds.is_current(connection, folder)
    done = subprocess.run([*run, "--json"], capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)
    assert (said["inserted"], said["changed"], said["dry_run"]) == (1, 1, False)
    assert seeds.is_current(connection, folder)


def test_a_new_version_supersedes_the_one_in_force(connection: Connection, folder: Path) -> None:
    add(folder, "pricing_configs.csv", "base_est,v2,165.00,Base estimate,base,2026-01-01,")
    report = seeds.load(connection, folder)
    assert report.superseded == ("base_est v2 supersedes the version before it",)
    rows = connection.execute(
        "select day::date::text, version, price_usd from unnest("
        "  '{2025-12-31,2026-01-01}'::date[]) as day, catalog.price_on('base_est', day)"
    ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("2025-12-31", "v1", Decimal("150.00")),
        ("2026-01-01", "v2", Decimal("165.00")),
    ]
    assert seeds.load(connection, folder).count("inserted") == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "calibration_constants.csv",
            "K_FACTOR,footing_v1,0.15",
            "K_FACTOR,footing_v1,0.16",
            "calibration_constants.csv, line 2: constant K_FACTOR footing_v1 is published and"
            " cannot change. Published: 0.15 unitless from 2025-01-01."
            " Given: 0.16 unitless from 2025-01-01.",
        ),
        (
            "pricing_configs.csv",
            "permit_pkg,v1,250.00",
            "permit_pkg,v1,275.00",
            "pricing_configs.csv, line 6: price permit_pkg v1 is published and cannot change."
            " Published: 250.00 USD from 2025-01-01. Given: 275.00 USD from 2025-01-01.",
        ),
    ],
)
def test_a_published_version_cannot_be_changed_and_says_so(
    connection: Connection,
    migrated_database: str,
    folder: Path,
    file: str,
    old: str,
    new: str,
    message: str,
) -> None:
    edit(folder, file, old, new)
    edit(folder, "code_references.csv", "Basic Wind Speed", "Basic Wind Speeds")
    before = state(connection)
    run = [sys.executable, "-m", "tooling", "seed", str(folder), "--dsn", migrated_database]
    for arguments in ([], ["--dry-run"]):
        done = subprocess.run([*run, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == Exit.REFUSED
        _, error, hint = done.stderr.splitlines()
        assert error == f"error: {message}"
        assert hint.startswith("hint: Give the new ")
    assert state(connection) == before


def test_versions_cannot_overlap(connection: Connection, folder: Path) -> None:
    add(folder, "pricing_configs.csv", "base_est,v2,165.00,Base estimate,base,2024-01-01,")
    with pytest.raises(RefusedError, match="line 7: price base_est v2 would overlap v1 in time"):
        seeds.load(connection, folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "materials.csv",
            "A992,,50",
            "A992,,fifty",
            "row 9: invalid input syntax for type numeric",
        ),
        ("pricing_configs.csv", ",250.00,", ",250.005,", "line 6: price 250.005 is not in whole"),
        ("pricing_configs.csv", ",permit,", ",tax,", "line 6: invalid input value for enum"),
        ("calibration_constants.csv", ",pcf,", ",,", "row 4, column unit: no value"),
        ("code_references.csv", "code,", "norm,", "no column code; unknown column 'norm'"),
        ("materials.csv", "A36,,36,58", "A36,,36,30", "row 2: new row for relation"),
    ],
)
def test_bad_seeds_write_nothing(
    connection: Connection, folder: Path, file: str, old: str, new: str, message: str
) -> None:
    edit(folder, file, old, new)
    before = state(connection)
    with pytest.raises((InputError, RefusedError)) as caught:
        seeds.load(connection, folder)
    assert message in caught.value.message
    assert file in caught.value.message
    assert state(connection) == before


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("base_est,v2,165,Base estimate,base,03/04/2027,", "'03/04/2027' is not one", "YYYY-MM-DD"),
        ("base_est,v2,165,Base estimate,addon,2027-04-03,", "of the category base", "changes_"),
    ],
)
def test_a_slip_in_a_new_version_is_refused(
    connection: Connection, folder: Path, line: str, message: str, hint: str
) -> None:
    add(folder, "pricing_configs.csv", line)
    with pytest.raises((InputError, RefusedError)) as caught:
        seeds.load(connection, folder)
    assert message in caught.value.message
    assert hint in str(caught.value.hint)


def test_a_new_name_is_reported(connection: Connection, folder: Path) -> None:
    add(folder, "pricing_configs.csv", "base_estt,v2,165.00,Base estimate,base,2027-04-03,")
    report = seeds.load(connection, folder)
    assert report.noted == ("base_estt v2 is a new price",)
    assert seeds.load(connection, folder).noted == ()


def test_what_was_corrected_or_withdrawn_stays_so(connection: Connection, folder: Path) -> None:
    add(folder, "pricing_configs.csv", "base_est,v2,165.00,Base estimate,base,2100-01-01,")
    seeds.load(connection, folder)
    connection.execute("select catalog.withdraw_price('base_est', 'v2', 'not yet')")
    changes = '{"value": 0.16}'
    correct = "select catalog.correct_constant('K_FACTOR', 'footing_v1', %s, 'misread')"
    connection.execute(correct, [changes])
    before = state(connection)
    report = seeds.load(connection, folder)
    assert report.noted == (
        "K_FACTOR footing_v1 was corrected: misread; the file has what it was before",
        "base_est v2 was withdrawn: not yet; the file has what it was before",
    )
    assert report.lines()[-2:] == list(report.noted)
    assert state(connection) == before
    edit(
        folder, "calibration_constants.csv", "K_FACTOR,footing_v1,0.15", "K_FACTOR,footing_v1,0.16"
    )
    assert len(seeds.load(connection, folder).noted) == 1


def test_a_missing_file(connection: Connection, folder: Path) -> None:
    (folder / "materials.csv").unlink()
    with pytest.raises(InputError, match=r"materials\.csv: No such file"):
        seeds.load(connection, folder)


def test_the_order_of_symbols_may_change(connection: Connection, folder: Path) -> None:
    path = folder / "property_definitions.csv"
    header, first, second, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, second, first, *rest]) + "\n", encoding="utf-8")
    report = seeds.load(connection, folder)
    assert report.count("changed") == 2
