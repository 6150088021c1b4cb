"""A database with three years of events, to be copied for each test."""

import itertools
from collections.abc import Iterator

import pytest

from tests.conftest import close
from tooling.database import connect
from tooling.laboratory.synthetic import load
from tooling.laboratory.synthetic.dataset import Dataset
from tooling.server.server import Server

TEMPLATE = "three_years"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def three_years(server: Server, migrated_template: str) -> str:
    with connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {TEMPLATE} template {migrated_template}")
    with connect(close(server.url(TEMPLATE)), autocommit=True) as connection:
        load.generate(connection, Dataset(300, 5), processes=1)
    return TEMPLATE


@pytest.fixture
def url(server: Server, three_years: str) -> Iterator[str]:
    """Return the URL of a fresh copy."""
    name = f"months_{next(_numbers)}"
    with connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {three_years}")
        yield server.url(name)
        connection.execute(f"drop database if exists {name} with (force)")
