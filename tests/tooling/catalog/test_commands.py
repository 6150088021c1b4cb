"""What the commands do without being told, and how they show it."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.tooling.catalog import files
from tooling.catalog.defaults import default_sources
from tooling.errors import Exit, InputError
from tooling.settings import load


def test_without_a_source_the_workbooks_named_by_aisc_data_are_imported(
    url: str, tmp_path: Path
) -> None:
    files.v16(tmp_path / "aisc-shapes-database-v16.0.xlsx")
    other = files.v16(tmp_path / "aisc-shapes-database-v16.0_a1085.xlsx")
    run = [sys.executable, "-m", "tooling", "import-aisc", "--json", "--dsn", url]
    done = subprocess.run(
        run, capture_output=True, text=True, check=False, env={**os.environ, "AISC_DATA": tmp_path}
    )
    assert done.returncode == Exit.OK, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["edition"], one["grade"], one["inserted"]) for one in said] == [
        ("v16.0", None, 6),
        ("v16.0", "A1085", 6),
    ]
    assert other.exists()


def test_the_default_is_what_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheel: Path
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("[tool.tooling]\n")
    # What stands beside the project is none of its own.
    files.v16(_made(tmp_path / "shared/data") / "aisc-shapes-database-v16.0.xlsx")
    monkeypatch.setenv("AISC_DATA", str(tmp_path))
    with pytest.raises(InputError, match=r"which holds no aisc-shapes-database\*\.xlsx"):
        default_sources(load(root))
    monkeypatch.delenv("AISC_DATA")
    downloads = root / "build/downloads"
    downloads.mkdir(parents=True)
    (downloads / wheel.name).symlink_to(wheel)
    pins = root / "requirements/downloads.txt"
    pins.parent.mkdir()
    pins.symlink_to(Path(__file__).resolve().parents[3] / "requirements/downloads.txt")
    assert default_sources(load(root)) == [downloads / wheel.name]
    workbook = files.v16(_made(root / "shared/data") / "aisc-shapes-database-v16.0.xlsx")
    assert default_sources(load(root)) == [workbook.resolve()]
    (root / "pyproject.toml").write_text('[tool.tooling]\nworkbooks = "../shared/data"\n')
    beside = tmp_path / "shared/data" / workbook.name
    assert default_sources(load(root)) == [beside.resolve()]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_progress_shows_on_a_terminal_only(url: str, tmp_path: Path) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dry-run", "--dsn", url]
    quiet = subprocess.run(run, capture_output=True, text=True, check=True)
    (named,) = quiet.stderr.splitlines()
    assert named.startswith("database: ")
    assert quiet.stdout == (
        "v16.0.xlsx v16.0: 6 read, 6 would be inserted, 0 changed, 0 unchanged, 0 rejected\n"
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:
            pass  # the terminal's other end is closed
        out, _ = process.communicate()
    os.close(ours)
    assert process.returncode == Exit.OK
    assert b"v16.0.xlsx" in shown
    assert b"\xe2\x94\x81" in shown
    assert out.decode() == quiet.stdout


def test_rows_left_out_are_an_exit_code_of_their_own(url: str, tmp_path: Path) -> None:
    rows = files.table(systems=("us",))
    position = rows[0].index("A")
    rows[1][position] = float(str(rows[1][position])) * 2
    path = files.text_file(tmp_path / "v15.0.csv", rows)
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", url]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.PARTIAL
    lines = done.stdout.splitlines()
    assert lines[0].endswith("6 read, 5 inserted, 0 changed, 0 unchanged, 1 rejected")
    assert lines[1] == "cross-checks that failed:"
    assert lines[2].endswith("left out")
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select rows_read, rows_inserted, rows_rejected from catalog.imports"
            " where kind = 'aisc'"
        ).fetchone()
    assert row == (6, 5, 1)


def test_symbols_are_seeded_when_the_database_has_none(
    migrated_database: str, tmp_path: Path
) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute("delete from catalog.property_definitions")
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", migrated_database]
    done = subprocess.run([*run, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["inserted"] == 6
