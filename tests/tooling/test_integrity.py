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
        connection.execute("alter table ops.missed_months set unlogged")
    done = integrity(database)
    assert done.return_value == Exit.UNSOUND
    assert done.stdout.splitlines() == [
        "error  unlogged-tables: 1",
        "       ops.missed_months: is emptied by a crash",
        "       alter table … set logged.",
    ]
    printed = json.loads(integrity(database, "--json", "--quick").stdout)
    assert printed["errors"] == 1
    assert [one["check_name"] for one in printed["found"]] == ["unlogged-tables"]


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
