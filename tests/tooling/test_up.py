"""`tooling up` brings any database up to date, once; the second time it only looks."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.repo.staging import names
from tests.tooling.catalog import files
from tooling import catalog, settings, up
from tooling.errors import Exit
from tooling.server import embedded, places
from tooling.server.server import Server

MIGRATIONS = len(names())


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a project with this one's files; its catalog comes from the wheel, fetched once."""
    folder = places.scratch_folder("eagle-project-")
    folder.chmod(0o755)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("migrations", "sql", "seeds", "requirements"):
        (folder / name).symlink_to(ROOT / name)
    (ROOT / "build").mkdir(exist_ok=True)
    (folder / "build").symlink_to(ROOT / "build")
    for name in list(os.environ):
        if name.startswith("PG") or name in ("DATABASE_URL", "AISC_DATA"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TOOLING_PROJECT", str(folder))
    yield folder
    server = embedded.project_server(folder)
    if server is not None:
        server.stop("immediate")
    shutil.rmtree(folder)


def tooling(project: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "tooling", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def content(server: Server, database: str) -> list[str]:
    """Return all that pg_dump finds, less its random key."""
    run = [server.bin_dir / "pg_dump", "--dbname", database]
    done = subprocess.run(run, capture_output=True, text=True, check=True, env=server.environment())
    lines = done.stdout.splitlines()
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


def test_a_bare_project_gets_a_server_a_schema_seeds_and_a_catalog(project: Path) -> None:
    said = tooling(project, "up")
    assert f"{MIGRATIONS} migrations applied now, 0 before." in said
    assert "tooling db psql" in said
    url = embedded.running_url(project)
    assert url is not None
    assert f"psql '{url}'" in said
    with psycopg.connect(url) as connection:
        counts = {count.table: count for count in up.count_rows(connection)}
    assert counts["catalog.material_catalog"].rows > 2299
    assert counts["catalog.calibration_constants"].rows >= 6
    assert counts["catalog.material_catalog"].is_exact


def test_a_given_server_is_used_and_none_is_started(
    project: Path, server: Server, empty_database: str
) -> None:
    report = json.loads(tooling(project, "up", "--dsn", empty_database, "--json"))
    assert len(report["applied"]) == MIGRATIONS
    assert embedded.project_server(project) is None
    before = content(server, empty_database)
    again = json.loads(tooling(project, "up", "--dsn", empty_database, "--json"))
    assert again == {**report, "applied": [], "already": MIGRATIONS}
    assert content(server, empty_database) == before


def test_it_takes_the_sources_of_import_aisc_that_were_not_imported(
    project: Path, migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISC_DATA", str(tmp_path))
    workbook = files.v16(tmp_path / "aisc-shapes-database-v16.0.xlsx")
    other = tmp_path / "aisc-shapes-database-v16.0_a1085.xlsx"
    other.write_bytes(b"of other content")
    found = settings.load(project)
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        assert catalog.missing_sources(connection, found) == [workbook, other]
        assert catalog.missing_sources(connection, found) == catalog.default_sources(found)
        catalog.import_file(connection, workbook)
        assert catalog.missing_sources(connection, found) == [other]


def test_an_import_that_leaves_rows_out_says_so_after_all_else_is_done(
    project: Path, migrated_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = files.table()
    for column in ("EDI_Std_Nomenclature", "AISC_Manual_Label"):
        rows[1][rows[0].index(column)] = "W10X59"
    monkeypatch.setenv("AISC_DATA", str(files.text_file(tmp_path / "shapes-v15.0.csv", rows)))
    run = [sys.executable, "-m", "tooling", "up", "--dsn", migrated_database]
    done = subprocess.run(run, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.PARTIAL
    assert "shapes-v15.0.csv: not all of it was loaded\nhint: See the rows" in done.stderr
    with psycopg.connect(migrated_database) as connection:
        query = "select count(*) from catalog.material_catalog where kind = 'section'"
        assert connection.execute(query).fetchone() == (5,)


def test_many_rows_are_estimated_not_counted(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "COUNTED_ROWS", 10)
    with psycopg.connect(empty_database) as connection:
        connection.execute("create schema app")
        connection.execute("create table app.few as select generate_series(1, 10)")
        connection.execute("create table app.many as select generate_series(1, 1000)")
        connection.execute("analyze app.many")
        counts = up.count_rows(connection)
    assert counts == [up.Count("app.few", 10, True), up.Count("app.many", 1000, False)]
