"""A migration that fills a column of projects: what it records, and what the plan says of it."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tooling.database import MIGRATOR, as_role

ACCOUNT = "a0000000-0000-7000-8000-000000000000"
ADD = "-- why    a test\nalter table app.projects add column priority integer;\n"
FILL = "update app.projects set priority = 1;\n"
BEGIN = "select ops.begin_maintenance('compute the priority');\n"
STATE = (
    "select p.etag, p.updated_at, p.updated_by, count(*)"
    "  from app.projects as p join app.project_events as e using (account_id, project_id)"
    " group by p.etag, p.updated_at, p.updated_by"
)


def tooling(command: str, url: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    run = [sys.executable, "-m", "tooling", command, "--dsn", url, "--migrations", str(folder)]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path, migrated_database: str) -> Path:
    """Return a folder with the migrations of this project, beside its settings, and a project."""
    (tmp_path / "migrations").mkdir()
    for file in (ROOT / "migrations").glob("*.sql"):
        (tmp_path / "migrations" / file.name).symlink_to(file)
    (tmp_path / "sql").symlink_to(ROOT / "sql")
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    with psycopg.connect(migrated_database) as connection:
        connection.execute(
            "insert into app.projects (account_id, name, created_by, updated_by)"
            " values (%s, 'Harbour sign', 'ana@example.com', 'ana@example.com')",
            [ACCOUNT],
        )
    return tmp_path / "migrations"


def apply(folder: Path, url: str, text: str) -> "subprocess.CompletedProcess[str]":
    last = max(file.name for file in folder.glob("*.sql") if not file.stem.endswith(".rollback"))
    depends = f"-- depends: {last.removesuffix('.sql')}\n"
    (folder / "9001.priority.sql").write_text(depends + text)
    undo = "alter table app.projects drop column priority;\n"
    (folder / "9001.priority.rollback.sql").write_text(undo)
    planned = tooling("plan", as_role(url, MIGRATOR), folder)
    done = tooling("migrate", as_role(url, MIGRATOR), folder)
    assert done.returncode == 0, done.stderr
    return planned


def state(url: str) -> tuple[object, ...] | None:
    with psycopg.connect(url) as connection:
        return connection.execute(STATE).fetchone()


def test_it_is_recorded_as_a_change_by_the_role_that_migrates(
    folder: Path, migrated_database: str
) -> None:
    before = state(migrated_database)
    planned = apply(folder, migrated_database, ADD + FILL)
    after = state(migrated_database)
    assert before is not None and after is not None
    assert (before[2:], after[2:]) == (("ana@example.com", 1), (MIGRATOR, 2))
    assert before[0] != after[0]
    with psycopg.connect(migrated_database) as connection:
        query = "select actor, data from app.project_events order by position desc limit 1"
        assert connection.execute(query).fetchone() == (MIGRATOR, {"columns": ["priority"]})
    for words in ("the trigger projects_audit runs", "app.project_events", "ACCESS EXCLUSIVE"):
        assert words in planned.stdout


def test_maintenance_is_recorded_once_and_changes_nothing_that_users_see(
    folder: Path, migrated_database: str
) -> None:
    before = state(migrated_database)
    apply(folder, migrated_database, ADD + BEGIN + FILL)
    assert state(migrated_database) == before
    with psycopg.connect(migrated_database) as connection:
        query = "select kind, role, content ->> 'reason' from ops.evidence order by position desc"
        assert connection.execute(query).fetchone() == (
            "maintenance", MIGRATOR, "compute the priority",
        )  # fmt: skip
        filled = "select count(*) from app.projects where priority = 1"
        assert connection.execute(filled).fetchone() == (1,)
