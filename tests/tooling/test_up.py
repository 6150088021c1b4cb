"""`tooling up` brings any database up to date, once; the second time it only looks."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tooling import embedded, places, settings, up
from tooling.server import Server

CONNECT_AND_READ = """
import psycopg, sys
from tooling.settings import load
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute(f"select * from {load().ledger_schema}._yoyo_migration").fetchall()
"""
# The best of many: other work on the machine can only make a run slower.
RUNS = 30
MIGRATIONS = len(list((ROOT / "migrations").glob("*.rollback.sql")))


@pytest.fixture
def project(aisc_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a project with this one's files, and the workbooks for its catalog."""
    folder = places.scratch_folder("eagle-project-")
    folder.chmod(0o755)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("migrations", "sql", "seeds", "requirements"):
        (folder / name).symlink_to(ROOT / name)
    monkeypatch.setenv("AISC_DATA", str(aisc_data))
    for name in list(os.environ):
        if name.startswith("PG") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
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


def test_a_second_run_costs_little_more_than_reading_the_ledger(
    project: Path, empty_database: str
) -> None:
    tooling(project, "up", "--dsn", empty_database)

    def seconds(*command: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, *command], cwd=project, check=True, capture_output=True)
        return time.perf_counter() - started

    looks, ups = [], []
    for _ in range(RUNS):
        looks.append(seconds("-c", CONNECT_AND_READ, empty_database))
        ups.append(seconds("-m", "tooling", "up", "--dsn", empty_database))
        if len(ups) >= 3 and min(ups) < 1.5 * min(looks):
            break
    print(f"connect and read the ledger {min(looks):.3f} s, tooling up {min(ups):.3f} s")
    assert min(ups) < 1.5 * min(looks)


def test_an_edited_seed_is_noticed(project: Path, migrated_database: str) -> None:
    seeds = project / "edited"
    shutil.copytree(settings.load(ROOT).seeds, seeds)
    with psycopg.connect(migrated_database) as connection:
        assert up.seeds_are_current(connection, seeds)
        with (seeds / "materials.csv").open("a") as file:
            file.write("\n")
        assert not up.seeds_are_current(connection, seeds)


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
