"""What a deploy left wrong is found: each fault is planted, and gone when mended."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT
from tooling import settings
from tooling.cli import group
from tooling.deploy import planning, postflight, preflight, record
from tooling.deploy.preflight import Given
from tooling.errors import Exit, InputError
from tooling.laboratory.synthetic import load
from tooling.laboratory.synthetic.dataset import Dataset
from tooling.server.server import Server

Admin = psycopg.Connection[Any]
ROLES = (ROOT / "sql/roles.sql").read_bytes()
"""Also what roles may do to a database, which a copy of it does not know."""


@pytest.fixture
def admin(migrated_database: str) -> Iterator[Admin]:
    with closing(psycopg.connect(migrated_database, autocommit=True)) as connection:
        connection.execute(ROLES)
        yield connection


@pytest.fixture(scope="module")
def filled(server: Server, migrated_template: str) -> Iterator[str]:
    """Return the URL of a database with projects enough that an index is worth using."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database deployed template {migrated_template}".encode())
        with psycopg.connect(server.url("deployed"), autocommit=True) as fresh:
            fresh.execute(ROLES)
            load.generate(fresh, Dataset(projects=4000, seed=7))
        yield server.url("deployed")
        connection.execute("drop database deployed with (force)")


@contextmanager
def without(admin: Admin, *indexes: str) -> Iterator[None]:
    """Keep the planner from indexes of app, in every session."""
    change = (
        "update pg_index set indisvalid = %s where indexrelid = any ("
        "select format('app.%%I', n)::regclass from unnest(%s::text[]) as n)"
    )
    admin.execute(change, [False, list(indexes)])
    try:
        yield
    finally:
        admin.execute(change, [True, list(indexes)])


def look(name: str, connection: Admin, url: str, **given: Any) -> list[tuple[str, str]]:
    """Make one check; return severities and findings."""
    checks = [check for check in postflight.CHECKS if check.name == name]
    assert len(checks) == 1
    context = Given(url, settings.load(ROOT), **given)
    return [(one.severity, one.finding) for one in preflight.run(checks, connection, context)]


def test_the_schema_is_that_of_the_migrations(
    server: Server, admin: Admin, migrated_database: str
) -> None:
    assert look("schema", admin, migrated_database, scratch=server.url()) == []
    admin.execute("drop index app.projects_account_id_content_sha256_idx")
    admin.execute("alter table app.projects add column colour text")
    admin.execute("create table app.project_events_2031_01 (colour text)")
    words = [words for _, words in look("schema", admin, migrated_database, scratch=server.url())]
    assert sorted(words) == [
        "column app.projects.colour is unexpected",
        "index app.projects_account_id_content_sha256_idx is missing",
        "table app.project_events_2031_01 is unexpected",
    ]


def test_a_month_more_or_less_is_no_difference(
    server: Server, admin: Admin, migrated_database: str
) -> None:
    admin.execute("select ops.create_time_partitions('app.project_events', '2031-01-01')")
    assert look("schema", admin, migrated_database, scratch=server.url()) == []


def test_a_scratch_server_of_another_version_is_not_used(
    admin: Admin, migrated_database: str, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    """It is needed where the ledger has no record of the objects."""
    from pgproof.drift import expectation

    admin.execute("drop table ledger.objects_state")
    assert look("schema", admin, migrated_database, scratch=server.url()) == []
    monkeypatch.setattr(expectation, "_major", lambda _: 15)
    ((severity, words),) = look("schema", admin, migrated_database, scratch=server.url())
    assert severity == "warning"
    assert words.startswith("not checked: --scratch is a server of PostgreSQL")


def test_what_is_pending_or_partial_is_found(admin: Admin, migrated_database: str) -> None:
    assert look("ledger", admin, migrated_database) == []
    admin.execute(
        "delete from ledger.migration_files where migration_id ="
        " (select max(migration_id) from ledger.migration_files)"
    )
    admin.execute(
        "delete from ledger._yoyo_migration where migration_id ="
        " (select max(migration_id) from ledger._yoyo_migration)"
    )
    words = [words for _, words in look("ledger", admin, migrated_database)]
    assert any(" is pending" in one for one in words)


def test_a_query_that_lost_its_index_is_found(filled: str) -> None:
    with closing(psycopg.connect(filled, autocommit=True)) as admin:
        before = record.take(admin)
        assert set(before.plans) > {"newest drafts", "JSON", "search"}
        assert "projects_account_id_word_hashes_idx" in before.plans["search"].indexes
        assert look("plans", admin, filled, since=before) == []
        with without(
            admin,
            "projects_account_id_word_hashes_idx",
            "projects_account_id_created_at_draft_idx",
        ):
            found = look("plans", admin, filled, since=before)
        assert {words.partition(":")[0] for _, words in found} >= {"newest drafts", "search"}
        assert look("plans", admin, filled, since=before) == []


def test_a_table_read_whole_is_an_error(filled: str) -> None:
    with closing(psycopg.connect(filled, autocommit=True)) as admin:
        before = record.take(admin)
        with without(
            admin,
            "projects_pkey",
            "projects_account_id_project_id_estimating_idx",
            "projects_account_id_status_updated_at_idx",
            "projects_account_id_updated_at_idx",
            "projects_account_id_created_at_draft_idx",
            "projects_account_id_content_sha256_idx",
            "projects_account_id_etag_key",
            "projects_account_id_word_hashes_idx",
        ):
            found = look("plans", admin, filled, since=before)
    assert ("error", "project by key: reads all of projects") in found


def test_an_empty_database_has_no_plans_to_compare(admin: Admin, migrated_database: str) -> None:
    before = record.take(admin)
    assert before.plans == {}
    ((severity, words),) = look("plans", admin, migrated_database, since=before)
    assert (severity, words) == ("warning", "not compared: the record has no plans")
    ((severity, words),) = look("plans", admin, migrated_database)
    assert (severity, words) == ("warning", "not compared: no record of before")


def test_who_may_not_load_auto_explain_is_told_so(filled: str) -> None:
    with closing(psycopg.connect(filled, autocommit=True)) as admin:
        before = record.take(admin)
        admin.execute("set session authorization eagle_operator")
        ((severity, words),) = look("plans", admin, filled, since=before)
    assert severity == "warning" and words.startswith("not checked: ")


def test_no_role_made_to_see_plans_is_left(filled: str) -> None:
    with closing(psycopg.connect(filled, autocommit=True)) as admin:
        admin.execute("create role tooling_plans_left")
        assert planning.see(admin)
        left = admin.execute("select rolname from pg_roles where rolname ~ '^tooling_plans_'")
        assert left.fetchall() == []


def test_failing_transactions_are_found(admin: Admin, migrated_database: str) -> None:
    before = record.take(admin)
    assert look("errors", admin, migrated_database, since=before) == []
    with psycopg.connect(migrated_database, autocommit=True) as application:
        for _ in range(30):
            with pytest.raises(psycopg.errors.DivisionByZero):
                application.execute("select 1 / 0")
        application.execute("select pg_stat_force_next_flush()")
        application.execute("select 1")
    admin.execute("select pg_stat_clear_snapshot()")
    (severity, words), *_ = look("errors", admin, migrated_database, since=before)
    assert severity == "error"
    assert " transactions since " in words and words.endswith(" did")


def test_a_failed_job_is_found(admin: Admin, migrated_database: str) -> None:
    assert look("jobs", admin, migrated_database) == []
    admin.execute("update ops.jobs set added_at = now() - interval '1 year' where job = 'backup'")
    assert look("jobs", admin, migrated_database) == [("error", "job backup is late")]


def test_a_record_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    for text in ("", "[]", "{}", '{"at": 1, "database": 2, "counters": {}, "plans": {}}'):
        file.write_text(text)
        with pytest.raises(InputError, match="not a record of a preflight"):
            record.read(file)
    with pytest.raises(InputError):
        record.read(tmp_path / "none.json")


def test_the_command_reads_the_record_that_preflight_wrote(
    server: Server, filled: str, tmp_path: Path
) -> None:
    file = tmp_path / "before.json"
    with closing(psycopg.connect(filled, autocommit=True)) as admin:
        written = record.take(admin)
        record.write(file, written)
        assert record.read(file) == written
        assert planning.see(admin).keys() == written.plans.keys()
    words = ["postflight", "--dsn", filled, "--since", str(file), "--scratch", server.url()]
    for check in ("ledger", "schema", "plans", "errors", "jobs", "objects"):
        words += ["--check", check]
    assert not group.main(words, standalone_mode=False)
    with closing(psycopg.connect(filled, autocommit=True)) as admin:
        admin.execute("create index projects_street_idx on app.projects (street)")
        code = group.main(words, standalone_mode=False)
        admin.execute("drop index app.projects_street_idx")
    assert code == Exit.REFUSED
