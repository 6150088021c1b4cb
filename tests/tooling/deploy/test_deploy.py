"""What should stop a deploy is found: each fault is planted on a real server, then mended."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgproof.ahead.plan import Plan, plan
from pgproof.run.migrate import migrate
from tests.tooling.backup.world import World, world
from tooling.cli import group
from tooling.deploy import preflight
from tooling.deploy.preflight import Given
from tooling.errors import Exit
from tooling.server.embedded import temporary_server
from tooling.server.server import Server
from tooling.settings import Settings

Admin = psycopg.Connection[Any]


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


def look(name: str, connection: Admin, given: Given) -> list[tuple[str, str]]:
    """Make one check; return severities and findings."""
    checks = [check for check in preflight.CHECKS if check.name == name]
    assert len(checks) == 1
    return [(one.severity, one.finding) for one in preflight.run(checks, connection, given)]


def given(project: Project, **changes: Any) -> Given:
    return replace(Given(project.url, project.settings), **changes)


def found(name: str, connection: Admin, context: Given) -> str:
    """Make one check that finds one error; return its words."""
    findings = look(name, connection, context)
    assert [severity for severity, _ in findings] == ["error"], findings
    return findings[0][1]


def test_nothing_stops_a_deploy_to_a_sound_server(project: Project, admin: Admin) -> None:
    checks = [check for check in preflight.CHECKS if check.name not in ("access", "backup")]
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
    assert words[1].startswith("the disk of the log")


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


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    """Start a server of few connections, with prepared transactions and a slot to spare."""
    settings = {"max_connections": "12", "max_prepared_transactions": "2"}
    with temporary_server(settings) as started:
        yield started


def test_taken_connections_are_counted(small: Server) -> None:
    context = Given(small.url(), Given().settings)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        assert look("connections", admin, context) == []
        others = [psycopg.connect(small.url()) for _ in range(7)]
        words = found("connections", admin, context)
        for other in others:
            other.close()
    assert words.startswith("8 of 9 connections are taken")


def test_a_forgotten_prepared_transaction_is_named(small: Server) -> None:
    context = Given(small.url(), Given().settings)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        admin.execute("begin")
        admin.execute("create table half_done ()")
        admin.execute("prepare transaction 'transfer 7'")
        words = found("activity", admin, context)
        admin.execute("rollback prepared 'transfer 7'")
        assert look("activity", admin, context) == []
    assert words.startswith("the prepared transaction transfer 7 of postgres has held its locks")


def test_a_slot_that_nobody_uses_is_a_warning_and_a_lost_one_an_error(small: Server) -> None:
    context = Given(small.url(), Given().settings)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        assert look("replication", admin, context) == []
        admin.execute("select pg_create_physical_replication_slot('forgotten', true)")
        (severity, words), *others = look("replication", admin, context)
        assert (severity, others) == ("warning", [])
        assert words.startswith("nobody uses the slot forgotten; it keeps")
        admin.execute("alter system set max_slot_wal_keep_size = '1MB'")
        admin.execute("select pg_reload_conf()")
        for _ in range(3):
            admin.execute("select pg_logical_emit_message(true, 'x', repeat('x', 100))")
            admin.execute("select pg_switch_wal()")
        admin.execute("checkpoint")
        assert "forgotten" in found("replication", admin, context)
        admin.execute("select pg_drop_replication_slot('forgotten')")
        admin.execute("alter system reset max_slot_wal_keep_size")


@pytest.fixture
def backed_up() -> Iterator[World]:
    with world() as made:
        yield made


def test_a_backup_must_be_there_fresh_verified_and_followed(backed_up: World) -> None:
    def words() -> list[str]:
        done = backed_up.tooling("preflight", "--check", "backup", "--json")
        return [one["finding"] for one in json.loads(done.stdout)["findings"]]

    assert len(words()) == 1 and words()[0].startswith("there is no backup in")
    made = backed_up.json("backup", "run")
    assert words() == []
    record = backed_up.home / "verified" / f"{made['backup_id']}.json"
    kept = record.read_text()
    record.unlink()
    assert words() == [f"backup {made['backup_id']} is not verified"]
    record.write_text(json.dumps({"at": "2026-01-01T00:00:00+00:00", "problem": "a torn file"}))
    assert words() == [f"backup {made['backup_id']} is damaged: a torn file"]
    record.write_text(kept)
    backed_up.tooling("backup", "receive", "--stop")
    wait_for(lambda: words() == ["nobody receives the log: what is committed now is in no backup"])
    about = next((backed_up.home / "main/meta").glob("*-backup.info"))
    lines = about.read_text().splitlines()
    about.write_text(
        "\n".join(
            "end_time=2026-01-01 00:00:00+00:00" if line.startswith("end_time=") else line
            for line in lines
        )
    )
    assert words()[0].startswith("the newest backup is") and words()[0].endswith("not 30 hours")


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; fail after 20 seconds."""
    pause = threading.Event()
    for _ in range(40):
        if is_so():
            return
        pause.wait(0.5)
    raise AssertionError("it did not come about")


def test_a_version_that_is_not_tested_is_an_error(
    project: Project, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look("version", admin, given(project)) == []
    monkeypatch.setattr("tooling.deploy.checks.version.SUPPORTED", (16, 17))
    if admin.info.server_version // 10000 == 16:
        monkeypatch.setattr("tooling.deploy.checks.version.SUPPORTED", (17, 18))
    assert found("version", admin, given(project)).endswith("is not supported")


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
