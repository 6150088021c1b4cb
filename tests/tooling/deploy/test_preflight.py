"""What should stop a deploy is found: each fault is planted on a real server, then mended."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgproof.ahead.plan import Plan, plan
from pgproof.run.migrate import migrate
from tests.tooling.deploy.common import Admin, found, look
from tooling.cli import group
from tooling.deploy import preflight
from tooling.deploy.preflight import Given
from tooling.errors import Exit
from tooling.settings import Settings


@dataclass(frozen=True)
class Project:
    """A folder of migrations and a database."""

    url: str
    settings: Settings

    def write(self, name: str, sql: str, undo: str = "select 1;") -> None:
        folder = self.settings.migrations
        (folder / f"{name}.sql").write_text(sql, encoding="utf-8")
        (folder / f"{name}.rollback.sql").write_text(undo, encoding="utf-8")

    def migrate(self) -> None:
        migrate(self.url, self.settings)

    def plan(self) -> Plan:
        return plan(self.url, self.settings)


@pytest.fixture
def project(empty_database: str, tmp_path: Path) -> Project:
    folder = tmp_path / "migrations"
    folder.mkdir()
    made = Project(empty_database, Settings(root=tmp_path, migrations=folder))
    made.write("0001.signs", "create table signs (sign_id integer primary key);")
    made.migrate()
    return made


@pytest.fixture
def admin(project: Project) -> Iterator[Admin]:
    with closing(psycopg.connect(project.url, autocommit=True)) as connection:
        yield connection


def given(project: Project, **changes: Any) -> Given:
    return replace(Given(project.url, project.settings), **changes)


def test_nothing_stops_a_deploy_to_a_sound_server(project: Project, admin: Admin) -> None:
    """But that the server of the tests flushes nothing to disk."""
    others = ("access", "backup", "server")
    checks = [check for check in preflight.CHECKS if check.name not in others]
    findings = preflight.run(checks, admin, given(project))
    assert [one for one in findings if one.severity == "error"] == []


def test_a_pending_migration_needs_the_digest_of_its_review(project: Project, admin: Admin) -> None:
    assert look("review", admin, given(project)) == []
    project.write("0002.names", "alter table signs add column name text;")
    assert "nobody vouches for the pending 0002.names" in found("review", admin, given(project))
    reviewed = given(project, reviewed=project.plan().digest)
    assert look("review", admin, reviewed) == []
    project.write("0002.names", "alter table signs add column name text;", "select 2;")
    changed = given(project, reviewed=reviewed.reviewed)
    assert "is not what is pending: 0002.names" in found("review", admin, changed)


def test_what_migrate_would_refuse_is_an_error(project: Project, admin: Admin) -> None:
    project.write("0001.signs", "create table signs (sign_id bigint primary key);")
    assert "edited" in found("review", admin, given(project)).lower()


def test_an_old_transaction_is_named(project: Project, admin: Admin) -> None:
    strict = given(project, max_age=timedelta(0))
    assert look("activity", admin, strict) == []
    with psycopg.connect(project.url, application_name="report") as other:
        other.execute("select count(*) from signs")
        words = found("activity", admin, strict)
        assert f"pid {other.info.backend_pid} (postgres, report)" in words
        assert "idle in transaction: select count(*) from signs" in words
        assert look("activity", admin, given(project)) == []


def test_a_lock_that_a_pending_migration_waits_for_is_named(project: Project, admin: Admin) -> None:
    project.write("0002.names", "alter table signs add column name text;")
    assert look("locks", admin, given(project)) == []
    with psycopg.connect(project.url, application_name="report") as other:
        other.execute("select count(*) from signs")
        admin.execute("select pg_sleep(2.1)")
        words = found("locks", admin, given(project))
        assert "needs ACCESS EXCLUSIVE on signs" in words
        assert f"pid {other.info.backend_pid} (postgres, report) has held AccessShareLock" in words


def test_a_reader_is_not_in_the_way_of_an_index(project: Project, admin: Admin) -> None:
    project.write("0002.index", "create index signs_idx on signs (sign_id);")
    with psycopg.connect(project.url) as other:
        other.execute("select count(*) from signs")
        admin.execute("select pg_sleep(2.1)")
        assert look("locks", admin, given(project)) == []


def test_a_disk_without_room_is_found(project: Project, admin: Admin) -> None:
    assert look("disk", admin, given(project, min_free=0)) == []
    words = [words for _, words in look("disk", admin, given(project, min_free=100))]
    assert len(words) == 2
    assert words[0].startswith("the disk of the data") and "not 100 %" in words[0]
    assert words[1].startswith("the disk of the WAL")


def test_a_rewrite_that_the_disk_has_no_room_for_is_found(
    project: Project, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.execute("insert into signs select generate_series(1, 1000)")
    project.write("0002.wide", "alter table signs alter column sign_id type bigint;")
    assert look("disk", admin, given(project, min_free=0)) == []
    usage = type("Usage", (), {"total": 100, "free": 50})
    monkeypatch.setattr("tooling.deploy.checks.disk.shutil.disk_usage", lambda _: usage)
    words = [words for _, words in look("disk", admin, given(project, min_free=0))]
    assert len(words) == 2
    assert "pending migrations rewrite 0 MB" in words[0]


def test_an_invalid_index_and_an_unchecked_constraint_are_found(
    project: Project, admin: Admin
) -> None:
    assert look("objects", admin, given(project)) == []
    admin.execute("insert into signs values (1), (2)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        admin.execute("create unique index concurrently signs_one_idx on signs ((sign_id * 0))")
    assert found("objects", admin, given(project)) == "index signs_one_idx is invalid"
    admin.execute("drop index signs_one_idx")
    admin.execute("alter table signs add constraint signs_check check (sign_id > 1) not valid")
    words = found("objects", admin, given(project))
    assert words == "constraint signs_check of signs is not validated"


def test_an_event_trigger_is_named_that_can_refuse_a_migration(
    project: Project, admin: Admin
) -> None:
    before = look("server", admin, given(project))
    admin.execute(
        "create function public.no_changes() returns event_trigger language plpgsql"
        " as 'begin raise exception ''frozen''; end'"
    )
    admin.execute(
        "create event trigger frozen on ddl_command_start execute function public.no_changes()"
    )
    severity, words = next(
        one for one in look("server", admin, given(project)) if one not in before
    )
    assert severity == "error"
    assert words.startswith("the event trigger frozen runs no_changes() at ddl_command_start")
    admin.execute("alter event trigger frozen disable")
    assert look("server", admin, given(project)) == before


def test_a_table_whose_statistics_are_gone_is_named(project: Project, admin: Admin) -> None:
    admin.execute("create schema app")
    admin.execute("create table app.signs as select generate_series(1, 2000) as sign_id")
    admin.execute("select pg_stat_force_next_flush()")
    admin.execute("analyze app.signs")
    before = look("server", admin, given(project))
    admin.execute("delete from pg_statistic where starelid = 'app.signs'::regclass")
    (new,) = [one for one in look("server", admin, given(project)) if one not in before]
    assert new == ("warning", "app.signs has rows and no statistics")
    admin.execute("analyze app.signs")
    assert look("server", admin, given(project)) == before


def test_an_extension_that_is_declared_and_not_there_is_found(
    project: Project, admin: Admin
) -> None:
    declared = project.settings.root / "sql/extensions.sql"
    declared.parent.mkdir()
    declared.write_text("create extension pg_trgm with schema public;\n")
    assert look("extensions", admin, given(project)) == []
    declared.write_text("create extension pg_trgm;\ncreate extension signmaker;\n")
    words = found("extensions", admin, given(project))
    assert words == "the server does not have the extension signmaker"


def test_an_extension_behind_the_servers_is_a_warning(project: Project, admin: Admin) -> None:
    admin.execute("create extension pg_stat_statements with schema public version '1.9'")
    findings = look("extensions", admin, given(project))
    assert [severity for severity, _ in findings] == ["warning"]
    assert findings[0][1].startswith("pg_stat_statements is 1.9, the server has 1.")


def test_a_version_that_is_not_tested_is_an_error(
    project: Project, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look("version", admin, given(project)) == []
    monkeypatch.setattr("tooling.deploy.checks.version.SUPPORTED", (16, 17))
    if admin.info.server_version // 10000 == 16:
        monkeypatch.setattr("tooling.deploy.checks.version.SUPPORTED", (17, 18))
    assert found("version", admin, given(project)).endswith("is not supported")


def test_what_no_migration_made_is_found_before_the_next_one_records_it(
    migrated_database: str,
) -> None:
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        given = Given(conninfo=migrated_database)
        assert look("definitions", connection, given) == []
        connection.execute("alter table app.projects disable trigger projects_change")
        words = found("definitions", connection, given)
        assert words.startswith("app.projects trigger projects_change: was ")


def test_the_command_stops_a_deploy_and_writes_its_record(
    migrated_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "before.json"
    words = ["preflight", "--dsn", migrated_database, "--check", "review", "--check", "objects"]
    assert not group.main([*words, "--record", str(record)], standalone_mode=False)
    assert json.loads(record.read_text())["counters"]["commits"] > 0
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute("create table public.signs (sign_id integer)")
        connection.execute("alter table public.signs add check (sign_id > 0) not valid")
    capsys.readouterr()
    assert group.main([*words, "--json"], standalone_mode=False) == Exit.REFUSED
    said = json.loads(capsys.readouterr().out)
    assert said["errors"] >= 1 and said["findings"][0]["check"] == "objects"
