"""Servers and databases for the tests. Every session has a server of its own."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from tests import servers
from tooling.server.embedded import Server, temporary_server

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "eagle_template"
_numbers = itertools.count(1)
# On a busy machine examples take long to make.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        default=os.environ.get("TOOLING_TEST_PG", "18"),
        choices=servers.VERSIONS,
        help="major version of the server under test (default: TOOLING_TEST_PG, else 18)",
    )
    parser.addoption(
        "--every-test",
        action="store_true",
        help="run the tests that take long, too",
    )


LONG = (
    "tests/chaos/",
    "tests/compose/",
    "tests/ha/",
    "tests/integrity/",
    "tests/monitoring/test_live.py",
    "tests/monitoring/test_thresholds.py",
    "tests/repo/test_compat.py",
    "tests/repo/test_docs_run.py::test_a_page_does_what_it_shows[docs/how-to/add-a-module",
    "tests/repo/test_docs_run.py::test_a_page_does_what_it_shows[docs/how-to/backups.md]",
    "tests/repo/test_docs_run.py::test_a_page_does_what_it_shows[docs/how-to/disaster-recovery",
    "tests/repo/test_docs_run.py::test_a_page_does_what_it_shows[docs/how-to/import-catalogs",
    "tests/repo/test_docs_run.py::test_a_page_does_what_it_shows[docs/how-to/runbooks/",
    "tests/tooling/backup/test_dump.py",
    "tests/tooling/backup/test_part.py",
    "tests/tooling/backup/test_planted.py",
    "tests/tooling/backup/test_reset.py",
    "tests/tooling/backup/test_ship_alone.py",
    "tests/tooling/backup/test_store.py",
    "tests/tooling/backup/test_timelines.py",
    "tests/tooling/laboratory/",
    "tests/tooling/migration/test_faults.py::test_our_migrations_survive",
)
"""What `make test` leaves out, and `make test EVERY=1` runs; so does whoever names files."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    named = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if named and not hasattr(config, "workerinput"):
        config.option.every_test = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--every-test"):
        return
    left = [item for item in items if item.nodeid.startswith(LONG)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if not item.nodeid.startswith(LONG)]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Start a server for this session; `.url(database)` connects as superuser."""
    bin_dir = servers.bin_dir(request.config.getoption("--postgres"))
    with temporary_server(bin_dir=bin_dir) as started:
        yield started


@pytest.fixture
def empty_database(server: Server) -> Iterator[str]:
    """Return the URL of a fresh database without any object."""
    yield from _database(server, "template1")


@pytest.fixture(scope="session")
def migrated_template(server: Server) -> str:
    """Return the name of a database to copy from: migrations, repeatables, reference seeds."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {TEMPLATE}")
    for command in ("migrate", "seed"):
        run = [sys.executable, "-m", "tooling", command, "--dsn", server.url(TEMPLATE)]
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"tooling {command}: {done.stdout}{done.stderr}"
    return TEMPLATE


@pytest.fixture
def migrated_database(server: Server, migrated_template: str) -> Iterator[str]:
    """Return the URL of a fresh copy of the migrated and seeded database."""
    yield from _database(server, migrated_template)


@pytest.fixture(scope="session")
def aisc_data() -> Path:
    """Return the folder of the workbooks that AISC publishes, which are not ours to commit."""
    folders = (os.environ.get("AISC_DATA"), ROOT / "../shared/data")
    for folder in filter(None, folders):
        if list(Path(folder).glob("aisc-shapes-database-v16.0.xlsx")):
            return Path(folder).resolve()
    pytest.skip(
        "AISC's workbooks are not here: put aisc-shapes-database-v16.0.xlsx in a folder "
        "and name the folder in AISC_DATA"
    )


def close(url: str) -> str:
    """Let nobody else into a copy of a database than into the original, which a copy does not know.

    Nor into the server's other databases, at which ops.check_access() looks, too.
    """
    others = "select datname from pg_database where datallowconn and datname <> current_database()"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((ROOT / "sql/roles.sql").read_bytes())
        for (other,) in connection.execute(others).fetchall():
            connection.execute(
                sql.SQL("revoke connect on database {} from public").format(sql.Identifier(other))
            )
    return url


@contextmanager
def durable(server: Server) -> Iterator[None]:
    """Let the server flush to disk, as one that is not of a test does, while the block lasts."""
    safe = "select current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"alter system set {setting} = on".encode())
        connection.execute("select pg_reload_conf()")
        while connection.execute(safe).fetchone() != (True,):
            time.sleep(0.01)
        yield
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"alter system reset {setting}".encode())
        connection.execute("select pg_reload_conf()")


def _database(server: Server, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        create = sql.SQL("create database {} template {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        yield server.url(name)
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )
