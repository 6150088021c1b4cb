"""A migrated database behind a real PgBouncer in transaction mode, as the application's role."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import conninfo

from pgbouncer import pooled
from tests.conftest import ROOT
from tooling.server.server import Server


@pytest.fixture
def bouncer(server: Server, migrated_database: str) -> Iterator[str]:
    """Return the URL of a pooler with four connections to a database of its own."""
    with psycopg.connect(migrated_database) as admin:
        admin.execute((ROOT / "sql/roles.sql").read_bytes())
    database = str(conninfo.conninfo_to_dict(migrated_database)["dbname"])
    with pooled(
        *(str(server.socket_dir), str(server.port), database, "transaction"),
        user="eagle_application",
        size=4,
    ) as url:
        yield url
