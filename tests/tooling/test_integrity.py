"""`tooling integrity` as an operator: what it finds, and how it says so."""

import json

import psycopg
import pytest
from click.testing import CliRunner, Result

from tests.conftest import close
from tooling.cli import group
from tooling.errors import Exit


@pytest.fixture
def database(migrated_database: str) -> str:
    """Return a copy of the database that is as closed as the original: roles.sql closes it."""
    return close(migrated_database)


def integrity(url: str, *arguments: str) -> Result:
    command = ["integrity", "--dsn", f"{url}&user=eagle_operator", *arguments]
    return CliRunner().invoke(group, command, standalone_mode=False)


def test_a_sound_database_has_nothing_to_say(database: str) -> None:
    done = integrity(database)
    assert (done.return_value, done.stdout) == (Exit.OK, "")
    assert "0 errors, 0 warnings" in done.stderr
    assert "ok  event-chains" in integrity(database, "--all").stdout


def test_an_error_has_an_exit_code_of_its_own_and_a_remedy(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("drop index ops.job_runs_job_started_at_idx")
    done = integrity(database)
    assert done.return_value == Exit.UNSOUND
    assert done.stdout.splitlines() == [
        "error  definitions: 1",
        "       ops.job_runs index job_runs_job_started_at_idx: is missing",
        "       Undo the change, or make it by a migration. Docs: how-to/check-integrity.md.",
    ]
    printed = json.loads(integrity(database, "--json", "--quick").stdout)
    assert printed["errors"] == 1
    assert [one["check_name"] for one in printed["found"]] == ["definitions"]


def test_a_checker_that_finds_nothing_is_found(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("alter table app.projects disable trigger projects_audit")
        connection.execute(
            "create or replace function ops.find_definition_faults() returns table ("
            "check_name text, object text, violations bigint, detail text) language sql"
            " set search_path = pg_catalog, pg_temp"
            " as 'select null::text, null::text, 0::bigint, null::text'"
        )
    done = integrity(database, "--quick")
    assert done.return_value == Exit.UNSOUND
    assert "function: ops.find_definition_faults is not that of sql/" in done.stdout


def test_without_amcheck_pages_are_said_to_be_unchecked(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("drop extension amcheck")
    done = integrity(database)
    assert done.return_value == Exit.OK
    assert done.stdout.splitlines()[0] == "warning  unchecked: 1"


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ("bloat", "delete from ops.worn"),
        ("statistics", "select"),
    ],
)
def test_what_the_statistics_show_is_a_warning(database: str, check: str, fault: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("set role eagle_owner")
        connection.execute(
            "create table ops.worn (number bigint not null) with (autovacuum_enabled = false)"
        )
        connection.execute("insert into ops.worn select * from generate_series(1, 50000)")
        connection.execute(fault.encode())
        connection.execute("select pg_stat_force_next_flush()")
    done = integrity(database, "--json")
    found = {one["check_name"]: one for one in json.loads(done.stdout)["found"]}
    assert "ops.worn" in found[check]["findings"][0]
    assert found[check]["severity"] == "warning"
