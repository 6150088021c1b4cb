"""A superuser's command runs no code of the database's owner: it logs in as a lesser role."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgproof.ahead.status import status
from tests.conftest import ROOT
from tooling import settings
from tooling.database import as_role, connect, lesser
from tooling.deploy import migrator
from tooling.errors import NoLesserRoleError

WHO = "select session_user::text, current_setting('search_path')"
PINNED = "pg_catalog, pg_temp"
# Modules that open connections by themselves: what they send is PostgreSQL's own, or the server is
# one that they have started.
OPENING = {
    "database.py": "connects for all others",
    "backup/follow.py": "asks for a timeline's history by the replication protocol",
    "server/server.py": "makes a database on a server that it has started",
    "deploy/planning.py": "logs in as the role that it made",
}
# Commands that work as a superuser, and send nothing of the owner's in that session.
SUPERUSERS = {"generate", "load", "postflight", "preflight", "restore"}


@pytest.fixture
def admin(migrated_database: str) -> Iterator["psycopg.Connection[tuple[str, str]]"]:
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        yield connection


def who(url: str, role: str | None = None) -> tuple[str, str]:
    with connect(url, role=role) as connection:
        row = connection.execute(WHO).fetchone()
    assert row is not None
    return row


def test_a_superuser_is_somebody_less_where_the_work_needs_a_role(migrated_database: str) -> None:
    name, path = who(migrated_database, "eagle_operator")
    assert (name, path) == ("eagle_operator", '"$user", public')
    assert who(migrated_database) == ("postgres", PINNED)
    with connect(migrated_database) as connection:
        connection.rollback()
        assert connection.execute(WHO).fetchone() == ("postgres", PINNED)


def test_who_is_no_superuser_stays_who_he_is(migrated_database: str) -> None:
    url = as_role(migrated_database, "eagle_auditor")
    assert who(url, "eagle_operator")[0] == "eagle_auditor"
    assert lesser(url, "eagle_operator") == url


@pytest.mark.parametrize("greater", ["postgres", "pg_execute_server_program"])
def test_who_may_become_a_superuser_counts_as_one(
    admin: "psycopg.Connection[tuple[str, str]]", migrated_database: str, greater: str
) -> None:
    admin.execute(f"create role climber login noinherit in role {greater}".encode())
    try:
        admin.execute(f"grant connect on database {admin.info.dbname} to climber".encode())
        url = as_role(migrated_database, "climber")
        assert who(url, "eagle_reader")[0] == "eagle_reader"
    finally:
        admin.execute("drop owned by climber; drop role climber")


def test_a_superuser_who_can_be_nobody_less_is_refused(
    admin: "psycopg.Connection[tuple[str, str]]", migrated_database: str
) -> None:
    admin.execute("alter role eagle_indexer nologin")
    try:
        with pytest.raises(NoLesserRoleError, match="cannot log in as eagle_indexer instead"):
            connect(migrated_database, role="eagle_indexer")
    finally:
        admin.execute("alter role eagle_indexer login")


def test_where_the_role_is_not_there_the_superuser_goes_on(migrated_database: str) -> None:
    assert who(migrated_database, "no_such_role") == ("postgres", PINNED)


def test_another_roles_password_is_left_out() -> None:
    url = as_role("postgresql://postgres:x@db/e?sslmode=verify-full", "eagle_backup")
    parts = psycopg.conninfo.conninfo_to_dict(url)
    assert parts == {"user": "eagle_backup", "host": "db", "dbname": "e", "sslmode": "verify-full"}


def test_a_ledger_that_a_superuser_made_is_handed_over(
    admin: "psycopg.Connection[tuple[str, str]]", migrated_database: str
) -> None:
    admin.execute("alter schema ledger owner to postgres")
    for (table,) in admin.execute(
        "select c.oid::regclass::text from pg_class as c"
        " where c.relnamespace = 'ledger'::regnamespace and c.relkind = 'r'"
    ).fetchall():
        admin.execute(f"alter table {table} owner to postgres".encode())
    chosen = settings.load(ROOT)
    url = migrator.prepared(migrated_database, chosen)
    assert psycopg.conninfo.conninfo_to_dict(url)["user"] == "eagle_migrator"
    assert {row.state for row in status(url, chosen).rows} == {"applied", "done"}


def sources() -> Iterator[tuple[str, str]]:
    """Yield the modules of the package that may meet a database that others own."""
    package = ROOT / "tooling"
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package).as_posix()
        if not name.startswith("laboratory/"):
            yield name, file.read_text(encoding="utf-8")


def test_every_connection_is_opened_in_one_place() -> None:
    found = {name for name, text in sources() if "psycopg.connect(" in text}
    assert found == set(OPENING)


def test_every_command_says_as_whom_it_works() -> None:
    calls = re.compile(
        r"(?<!def )(?<![.\w])(?:connect\(\s*(?:dsn|url|conninfo)\b|options\.database\()"
        r"((?:[^()]|\([^()]*\))*)\)"
    )
    found = {
        (name, rest)
        for name, text in sources()
        if name.startswith(("cli/", "jobs/", "metrics/", "search/"))
        for rest in calls.findall(text)
    }
    silent = {Path(name).stem for name, rest in found if not re.search("role=|owner=True", rest)}
    # That of search/feed.py, which names its role.
    assert silent - {"follow"} == SUPERUSERS
    assert len({name for name, _ in found}) > 15


def test_no_block_of_a_superuser_looks_names_up_outside_pg_catalog() -> None:
    """The path of a superuser begins with a schema of his name, which the owner may make."""
    for name in ("roles.sql", "superuser.sql"):
        text = (ROOT / "sql" / name).read_text(encoding="utf-8")
        blocks = re.findall(r"^do (\$\w*\$)\n(.*?)^\1;$", text, re.MULTILINE | re.DOTALL)
        assert len(blocks) == len(re.findall(r"^do ", text, re.MULTILINE)) > 1
        for _, body in blocks:
            assert re.search(
                r"^begin\n    set local search_path = pg_catalog, pg_temp;\n", body, re.M
            )
        outside = re.sub(r"^do (\$\w*\$)\n.*?^\1;$|^--.*$", "", text, flags=re.M | re.S)
        assert outside.split() == [], f"{name}: statements outside of blocks"


def test_a_database_of_another_project_is_left_as_it_is(empty_database: str) -> None:
    """Neither `migrate` nor `up` takes CONNECT from its users, or anything else."""
    rights = "select datacl::text from pg_database where datname = current_database()"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("create schema app; create table app.users (id int)")
        before = connection.execute(rights).fetchone()
        for arguments in (("up",), ("migrate",), ("migrate", "--dry-run")):
            done = subprocess.run(
                [sys.executable, "-m", "tooling", *arguments],
                env={**os.environ, "DATABASE_URL": empty_database},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stderr.count("but tables: app.users")) == (5, 1), (
                arguments
            )
            assert connection.execute(rights).fetchone() == before
