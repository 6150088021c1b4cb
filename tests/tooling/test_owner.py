"""One rule says who acts as the owner of the database: who has the right to SET ROLE to it."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import ROOT
from tooling import settings
from tooling.database import MIGRATOR, OWNER, as_role, become_owner, connect_owner
from tooling.errors import RefusedError

WHO = "select session_user::text, current_user::text"
STRANGERS = {
    "a stranger": "create role visitor login",
    "a member without the right to SET ROLE": (
        "create role visitor login; grant eagle_owner to visitor with inherit true, set false"
    ),
}


@pytest.fixture
def admin(migrated_database: str) -> Iterator[psycopg.Connection[tuple[str, str]]]:
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        yield connection


def who(url: str) -> tuple[str, str]:
    with connect_owner(url) as connection:
        # A rollback takes back no role.
        connection.rollback()
        row = connection.execute(WHO).fetchone()
    assert row is not None
    return row


def test_the_settings_name_the_same_roles() -> None:
    found = settings.load(ROOT)
    assert (found.owner, found.migrator) == (OWNER, MIGRATOR)


def test_a_superuser_is_logged_in_as_the_migrator(migrated_database: str) -> None:
    assert who(migrated_database) == (MIGRATOR, OWNER)


def test_a_member_becomes_the_owner(migrated_database: str) -> None:
    assert who(as_role(migrated_database, MIGRATOR)) == (MIGRATOR, OWNER)


def test_the_owner_is_the_owner(
    admin: psycopg.Connection[tuple[str, str]], migrated_database: str
) -> None:
    admin.execute(f"grant connect on database {admin.info.dbname} to eagle_owner".encode())
    admin.execute("alter role eagle_owner login")
    try:
        assert who(as_role(migrated_database, OWNER)) == (OWNER, OWNER)
    finally:
        admin.execute("alter role eagle_owner nologin")


@pytest.mark.parametrize("made", STRANGERS.values(), ids=STRANGERS)
def test_another_is_refused_and_may_go_on_by_its_own_grants(
    admin: psycopg.Connection[tuple[str, str]], migrated_database: str, made: str
) -> None:
    admin.execute(made.encode())
    admin.execute(f"grant connect on database {admin.info.dbname} to visitor".encode())
    url = as_role(migrated_database, "visitor")
    try:
        with pytest.raises(RefusedError, match="visitor is not allowed to SET ROLE eagle_owner"):
            connect_owner(url)
        with psycopg.connect(url) as connection:
            become_owner(connection, required=False)
            assert connection.execute(WHO).fetchone() == ("visitor", "visitor")
    finally:
        admin.execute("drop owned by visitor; drop role visitor")


def test_for_a_transaction_only(migrated_database: str) -> None:
    with psycopg.connect(as_role(migrated_database, MIGRATOR), autocommit=True) as connection:
        with connection.transaction():
            become_owner(connection, local=True)
            assert connection.execute(WHO).fetchone() == (MIGRATOR, OWNER)
        assert connection.execute(WHO).fetchone() == (MIGRATOR, MIGRATOR)


def test_no_other_place_sets_the_role_of_the_owner() -> None:
    found = [
        f"{file.name}: {line.strip()}"
        for file in sorted((ROOT / "tooling").rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bset (local |session )?(\{\})?role\b", line)
    ]
    assert found == [
        'database.py: connection.execute(sql.SQL("set {}role {}").format(scope,'
        " sql.Identifier(OWNER)))",
        'planning.py: session.execute("set role eagle_application")',
    ]
