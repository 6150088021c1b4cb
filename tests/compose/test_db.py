"""The database: PostgreSQL 16 with the settings, files and scripts of compose.yaml."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.compose import stack
from tests.compose.database import DATABASE, FOLDER, OPEN, VALUES, Database, settings
from tests.roles import logins
from tooling.deploy.checks import passwords
from tooling.deploy.findings import Given

ROLES = logins()
ASKED = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "512MB",
    "statement_timeout": "30s",
    "wal_level": "replica",
}


def admin(db: Database) -> "psycopg.Connection[tuple[str]]":
    return psycopg.connect(db.server.url(DATABASE), autocommit=True)


def test_the_settings_are_those_asked_for(db: Database) -> None:
    assert settings().items() >= ASKED.items()
    assert "pg_stat_statements" in settings()["shared_preload_libraries"]
    with admin(db) as connection:
        for name, value in settings().items():
            if name != "hba_file":
                row = connection.execute("select current_setting(%s)", [name]).fetchone()
                assert row == (value,), name
        assert connection.execute("select count(*) > 0 from pg_stat_statements").fetchone() == (
            True,
        )


def test_every_line_of_who_may_come_in_is_understood(db: Database) -> None:
    with admin(db) as connection:
        assert not connection.execute(
            "select * from pg_hba_file_rules where error <> ''"
        ).fetchall()
        lines = connection.execute(
            "select user_name::text, address from pg_hba_file_rules where auth_method = 'trust'"
        ).fetchall()
    assert lines == [("{postgres}", None)]
    assert "trust" not in (FOLDER / "pg_hba.conf").read_text()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_logs_in_with_its_own_password_alone(db: Database, role: str) -> None:
    with psycopg.connect(db.url(role)) as connection:
        assert connection.execute("select session_user").fetchone() == (role,)
    for wrong in ("", role, "postgres", VALUES["POSTGRES_PASSWORD"]):
        with pytest.raises(psycopg.OperationalError, match=r"password|pg_hba"):
            psycopg.connect(db.url(role, wrong))


def test_no_role_may_connect_to_another_database(db: Database) -> None:
    """Not even where pg_hba.conf is another's."""
    with admin(db) as connection:
        assert connection.execute(OPEN, [DATABASE]).fetchall() == []


@pytest.mark.parametrize("role", ["postgres", "eagle_owner", "nobody"])
def test_nobody_else_comes_in_over_the_network(db: Database, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="pg_hba"):
        psycopg.connect(db.url(role, VALUES["POSTGRES_PASSWORD"]))
    with pytest.raises(psycopg.OperationalError, match="pg_hba"):
        psycopg.connect(db.url("eagle_application", database="postgres"))


def test_only_the_backup_streams(db: Database) -> None:
    for role in ROLES:
        url = make_conninfo(db.url(role), replication="true")
        if role == "eagle_backup":
            psycopg.connect(url, autocommit=True).close()
            continue
        with pytest.raises(psycopg.OperationalError, match="pg_hba"):
            psycopg.connect(url)


def test_passwords_are_kept_as_scram_and_said_nowhere(db: Database) -> None:
    with admin(db) as connection:
        kept = connection.execute(
            "select rolname, rolpassword from pg_authid where rolpassword is not null"
        ).fetchall()
        assert {name for name, _ in kept} == {*ROLES, "postgres"}
        for name, verifier in kept:
            assert passwords.is_password(verifier, name, VALUES[f"{name.upper()}_PASSWORD"])
        said = str(connection.execute("select query from pg_stat_statements").fetchall())
        found = passwords.CHECK.run(connection, Given())
        assert [one for one in found if one.severity == "error"] == []
    log = db.server.log.read_text()
    assert "create role" in log.lower()
    assert not any(value in said + log for value in VALUES.values())


def test_a_new_password_takes_the_place_of_the_old_one(db: Database) -> None:
    name = "EAGLE_READER_PASSWORD"
    other = stack.secrets()[name]
    db.runs("eagle-passwords", {**VALUES, name: other})
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(db.url("eagle_reader"))
    psycopg.connect(db.url("eagle_reader", other)).close()
    db.runs("eagle-passwords", VALUES)
    psycopg.connect(db.url("eagle_reader")).close()


@pytest.mark.parametrize("weak", ["", "postgres", "eagle_operator"])
@pytest.mark.parametrize("name", ["POSTGRES", "EAGLE_OPERATOR", "EAGLE_INDEXER"])
def test_it_does_not_start_with_a_password_that_is_guessed(name: str, weak: str) -> None:
    done = start({**VALUES, f"{name}_PASSWORD": weak})
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{name}_PASSWORD" in done.stderr


def test_it_starts_as_the_image_does_when_all_passwords_are_good() -> None:
    done = start(VALUES)
    assert (done.returncode, done.stdout) == (0, "postgres -c max_connections=100\n")


def test_data_in_the_volume_itself_are_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("16\n")
    done = start(VALUES, PGDATA=str(tmp_path / "main"))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: the data are in {tmp_path}," in done.stderr


def test_every_role_that_logs_in_has_a_password_in_the_stack() -> None:
    given = stack.services()["db"]["environment"]
    assert {f"{role.upper()}_PASSWORD" for role in ROLES} <= given.keys()


def start(values: Mapping[str, str], **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run the image's entry point; what comes after it only says what it was given."""
    environment = {
        **os.environ, **stack.environment_of("db", values), "EAGLE_NEXT": str(shutil.which("echo")),
        **changes,
    }  # fmt: skip
    command = ["sh", FOLDER / "eagle-entrypoint", "postgres", "-c", "max_connections=100"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_image_runs_these_scripts() -> None:
    text = (FOLDER / "Dockerfile").read_text()
    for file in FOLDER.iterdir():
        assert file.name == "Dockerfile" or file.name in text
    for script in ("eagle-entrypoint", "eagle-passwords", "10-roles.sh"):
        assert Path(FOLDER / script).stat().st_mode & 0o111
