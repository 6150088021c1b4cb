"""A database with generated rows."""

from collections.abc import Callable, Iterator

import pytest

from tooling.database import connect
from tooling.laboratory.synthetic import load
from tooling.laboratory.synthetic.dataset import Dataset
from tooling.server.server import Server


@pytest.fixture(scope="module")
def generated(server: Server, migrated_template: str) -> Iterator[Callable[[int], str]]:
    """Return a function that makes a database with so many projects and returns its name."""
    made = []

    def make(projects: int) -> str:
        name = f"generated_{projects}"
        made.append(name)
        with connect(server.url(), autocommit=True) as admin:
            admin.execute(f"create database {name} template {migrated_template}")
        with connect(server.url(name), autocommit=True) as connection:
            load.generate(connection, Dataset(projects, 11), processes=1)
        return name

    yield make
    with connect(server.url(), autocommit=True) as admin:
        for name in made:
            admin.execute(f"drop database {name} with (force)")
