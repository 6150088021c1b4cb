"""The database that the services of compose.yaml meet."""

import shutil
from collections.abc import Iterator

import psycopg
import pytest

from tests import servers
from tests.compose import stack
from tests.compose.database import DATABASE, FOLDER, VALUES, Database, settings
from tooling.server import places
from tooling.server.embedded import temporary_server
from tooling.server.server import Server


@pytest.fixture(scope="module")
def db() -> Iterator[Database]:
    """Start the server and run its script.

    The superuser comes in by the socket without proof: the account of this server is not postgres.
    """
    place = places.scratch_folder("eagle-compose-")
    hba = place / "pg_hba.conf"
    hba.write_text((FOLDER / "pg_hba.conf").read_text().replace("peer", "trust"))
    port = stack.free_port()
    own = {"hba_file": hba, "listen_addresses": "127.0.0.1", "port": port, "log_statement": "all"}
    try:
        with temporary_server({**settings(), **own}, bin_dir=servers.bin_dir("16")) as started:
            server = Server(started.bin_dir, started.data_dir, started.socket_dir, port)
            made = Database(server, port)
            with psycopg.connect(server.url(), autocommit=True) as admin:
                admin.execute(f"create database {DATABASE}")
            for script in sorted(FOLDER.glob("[0-9]*")):
                made.runs(script.name, VALUES)
            yield made
    finally:
        shutil.rmtree(place)
