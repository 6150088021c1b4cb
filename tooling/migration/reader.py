"""What a command that only looks has: an open connection, and the ledger as it stands."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tooling.database import connect
from tooling.migration import state as states
from tooling.migration.folder import Folder
from tooling.migration.ledger import Ledger
from tooling.migration.server import Server, hello
from tooling.migration.session import KEEPER
from tooling.settings import Settings

Connection = psycopg.Connection[Any]


@dataclass
class Reader:
    """An open connection and what it found. Nothing is written or locked."""

    conninfo: str
    settings: Settings
    folder: Folder
    connection: Connection
    ledger: Ledger
    server: Server
    known: states.Known

    def refresh(self) -> None:
        """Ask the server again."""
        self.server = hello(self.connection, self.settings.ledger_schema, self.settings.owner)
        self.known = states.read(self.connection, self.ledger, self.server, self.folder)


@contextmanager
def reading(conninfo: str, settings: Settings, folder: Folder) -> Iterator[Reader]:
    """Connect and read the ledger. Writes nothing."""
    with closing(
        connect(
            conninfo,
            autocommit=True,
            application_name=KEEPER,
            client_encoding="utf8",
            prepare_threshold=None,
        )
    ) as connection:
        server = hello(connection, settings.ledger_schema, settings.owner)
        ledger = Ledger(settings.ledger_schema)
        known = states.read(connection, ledger, server, folder)
        yield Reader(conninfo, settings, folder, connection, ledger, server, known)
