"""Which database a command talks to is never a guess, and a string that names none is told."""

import os
import subprocess

import pytest

from pgproof.connection import given, named
from pgproof.errors import Exit, PgproofError
from tests.project import Project


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_name_of_a_database_is_not_another_database(
    monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    monkeypatch.setenv("PGHOST", "/nowhere")
    monkeypatch.setenv("DATABASE_URL", empty)
    with pytest.raises(PgproofError, match="DATABASE_URL is empty") as caught:
        given()
    assert caught.value.exit_code == Exit.INPUT
    monkeypatch.setenv("DATABASE_URL", "dbname=other")
    with pytest.raises(PgproofError, match="--dsn is empty") as caught:
        given(empty)
    assert caught.value.exit_code == Exit.USAGE
    assert given() == "dbname=other"


def test_an_empty_dsn_applies_nothing_elsewhere(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    done = subprocess.run(
        project.command("migrate", "--dsn", ""),
        env={**os.environ, "DATABASE_URL": project.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == Exit.USAGE
    assert done.stderr.splitlines()[0] == "error: --dsn is empty"
    assert project.value("select to_regclass('t') is null")


@pytest.mark.parametrize(
    "dsn",
    [
        "nonsense",
        "nonsense=1",
        "host='open",
        "postgresql://[::1",
        "postgresql://a:b@h:notaport/d",
        "postgresql://h/%zz",
        "postgresql://h/d?nonsense=1",
        "host=/nowhere port=99999999999",
        "host=/nowhere connect_timeout=soon",
        "hostaddr=300.1.1.1",
        "host=/nowhere sslmode=maybe",
        "service=nowhere",
        b"host=/nowhere dbname=caf\xe9",
    ],
)
def test_a_string_that_names_no_database_is_an_error(project: Project, dsn: str | bytes) -> None:
    project.write("0001.t", "create table t ();")
    command = [*project.command("status")[:-1], dsn]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode in (Exit.CONNECTION, Exit.INPUT)
    assert done.stderr.startswith(b"error: ")
    assert b"\nhint: " in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_parameter_that_the_server_does_not_take_is_an_error(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    done = project.run("status", "--dsn", f"{project.url}&options=-c%20work_mem%3Dx")
    assert done.returncode == Exit.CONNECTION
    assert done.stderr.startswith("error: cannot connect: ")


@pytest.mark.parametrize(
    ("conninfo", "database", "server"),
    [
        ("postgresql://ana@db.example:6543/shop", "shop", "db.example:6543"),
        ("host=one,two port=1,2 dbname=shop", "shop", "one:1,two:2"),
        ("hostaddr=192.0.2.1 user=ana", "ana", "192.0.2.1:5432"),
        ("host=/run/pg dbname=shop", "shop", "/run/pg:5432"),
        ("dbname=shop", "shop", "the local socket:5432"),
        ("service=shop dbname=a", "a", "the service shop"),
    ],
)
def test_database_and_server_are_named_without_connecting(
    monkeypatch: pytest.MonkeyPatch, conninfo: str, database: str, server: str
) -> None:
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    assert named(conninfo) == (database, server)


def test_what_a_string_leaves_out_is_as_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGDATABASE", "shop")
    assert named("port=6543") == ("shop", "db.example:6543")
