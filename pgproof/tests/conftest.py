"""Fixtures: a server for the session, and a database and a folder of migrations for a test."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from tests import servers
from tests.project import Project
from tests.restoring import ONE, TWO
from tests.servers import Server

_numbers = itertools.count(1)
# On a busy machine examples take long to make, and the first one imports the parser.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server-url",
        default=os.environ.get("PGPROOF_TEST_SERVER"),
        help="URL of a server to test on, as superuser; without it, an embedded one is started",
    )
    parser.addoption(
        "--every-drift",
        action="store_true",
        help="plant every kind of drift, and not one of four; time the command",
    )
    parser.addoption(
        "--every-test",
        action="store_true",
        help="run every test of the files that take long, and every pair of branches",
    )


_LONG = (
    "test_compat",
    "test_coverage",
    "test_distribution",
    "test_growth",
    "test_import",
    "test_import_adopts",
    "test_mutate",
    "test_order",
    "test_other_tools",
    "test_outcomes",
    "test_reviewed",
    "test_streams",
    "test_trace",
    "test_verify",
    "test_what_yoyo_does",
)
"""Of these files a run takes one test of four; `make runner-check` takes all."""
_ONE_OF = 4


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--every-test") or any("::" in argument for argument in config.args):
        return
    long = [item for item in items if item.path.stem in _LONG]
    left = {item for number, item in enumerate(long) if number % _ONE_OF}
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return the server under test; `.url(database)` connects as superuser."""
    if url := request.config.getoption("--server-url"):
        yield servers.at(url)
        return
    with servers.temporary() as started:
        yield started


@pytest.fixture
def empty_database(server: Server) -> Iterator[str]:
    """Return the URL of a fresh database without any object."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield server.url(name)
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


@pytest.fixture
def project(tmp_path: Path, empty_database: str) -> Project:
    """Return an empty folder of migrations, and an empty database."""
    return Project.make(tmp_path, empty_database)


@pytest.fixture
def two(project: Project) -> Project:
    """Return a project of two migrations that create `f`, and two others, none applied."""
    project.write(
        "0001.f", f"create table t ();\n\n{ONE.format(1)}", "drop function f; drop table t;"
    )
    project.write("0002.f", TWO.format(2), "-- restores: f @0001\n")
    project.write("0003.u", "create table u ();", "drop table u;")
    return project
