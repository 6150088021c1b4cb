"""Files around the migrations run when they or the migrations change, until they succeed."""

from pathlib import Path

import pytest

from pgproof.errors import PgproofError
from tests.project import Project


@pytest.fixture
def counted(project: Project, tmp_path: Path) -> Project:
    """Return a project whose file `after` counts its runs."""
    project.write("0001.runs", "create table runs (at text);")
    (tmp_path / "after.sql").write_text("insert into runs values ('after');")
    return project.with_settings(after=(tmp_path / "after.sql",))


def runs(project: Project) -> int:
    found: int = project.value("select count(*) from runs")
    return found


def test_it_runs_after_new_migrations_and_when_it_changes(counted: Project) -> None:
    assert counted.migrate().repeated == ["after.sql"]
    assert counted.migrate().repeated == []
    counted.write("0002.t", "create table t ();")
    assert counted.migrate().repeated == ["after.sql"]
    counted.settings.after[0].write_text("insert into runs values ('changed');")
    assert counted.states()["after.sql"] == "due"
    assert counted.migrate().repeated == ["after.sql"]
    assert runs(counted) == 3


def test_it_runs_after_what_was_rolled_back_and_applied_again(counted: Project) -> None:
    counted.write("0002.t", "create table t ();", "drop table t;")
    assert counted.migrate().repeated == ["after.sql"]
    counted.rollback(to="0001.runs")
    assert counted.migrate().repeated == ["after.sql"]


def test_a_failed_one_is_tried_until_it_succeeds(counted: Project) -> None:
    counted.settings.after[0].write_text("insert into runs values ('half'); select 1 / 0;")
    for _ in range(2):
        with pytest.raises(PgproofError, match=r"after\.sql:1: statement 2: division by zero"):
            counted.migrate()
    assert counted.states() == {"0001.runs": "applied", "after.sql": "due"}
    assert runs(counted) == 0, "it is one transaction"
    counted.settings.after[0].write_text("insert into runs values ('whole');")
    assert counted.migrate().repeated == ["after.sql"]


def test_before_runs_before_the_first_migration_and_once(project: Project, tmp_path: Path) -> None:
    (tmp_path / "before.sql").write_text("create schema if not exists early;")
    early = project.with_settings(before=(tmp_path / "before.sql",))
    early.write("0001.t", "create table early.t ();")
    assert early.migrate().repeated == ["before.sql"]
    early.write("0002.u", "create table early.u ();")
    assert early.migrate().repeated == []


def test_post_apply_files_of_yoyo_are_repeatable(project: Project) -> None:
    project.write("0001.runs", "create table runs (at text);")
    (project.folder / "post-apply.sql").write_text("insert into runs values ('post-apply');")
    assert project.migrate().repeated == ["migrations/post-apply.sql"]
    assert project.migrate().repeated == []


def test_files_of_one_name_are_told_apart(project: Project, tmp_path: Path) -> None:
    project.write("0001.t", "create table t ();")
    files = [tmp_path / folder / "grants.sql" for folder in ("app", "ops")]
    for file in files:
        file.parent.mkdir()
        file.write_text("select 1;")
    both = project.with_settings(root=tmp_path, after=tuple(files))
    both.migrate()
    assert [event["file"] for event in both.said("file")] == [
        "0001.t.sql", "app/grants.sql", "ops/grants.sql"
    ]  # fmt: skip


def test_one_without_a_transaction_begins_anew_and_leaves_nothing(counted: Project) -> None:
    header = "-- transactional: false\ninsert into runs values ('half');\n"
    counted.settings.after[0].write_text(header + "select 1 / 0;\nvacuum runs;")
    with pytest.raises(PgproofError, match=r"after\.sql:3: statement 2: division by zero"):
        counted.migrate()
    assert counted.states() == {"0001.runs": "applied", "after.sql": "due"}
    counted.settings.after[0].write_text(header + "vacuum runs;")
    assert counted.migrate().repeated == ["after.sql"]
    assert runs(counted) == 2
    assert counted.value("select count(*) from pgproof.journal") == 0
