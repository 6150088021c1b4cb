"""A database for histories: every history has accounts of its own in it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.conftest import close
from tooling.server.server import Server

_NAME = "properties"


@pytest.fixture(scope="module")
def world(server: Server, migrated_template: str) -> Iterator[str]:
    """Return the URL of a migrated database, in which a deadlock is soon found."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {_NAME} template {migrated_template}")
        connection.execute(f"alter database {_NAME} set deadlock_timeout = '10ms'")
        yield close(server.url(_NAME))
        connection.execute(f"drop database {_NAME} with (force)")


def of_role(url: str, role: str) -> str:
    """Return the URL with which a role logs in."""
    return make_conninfo(url, user=role)
