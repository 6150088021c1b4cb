"""What a command that only looks has: an open connection, and the ledger as it stands."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgproof.connection import KEEPER, connect, explaining
from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.files.folder import Folder
from pgproof.ledger import sessions
from pgproof.ledger import state as states
from pgproof.ledger.server import FORMER_SCHEMA, Server, ask, only_former
from pgproof.ledger.tables import Ledger
from pgproof.settings import LEDGER_SCHEMA, Settings

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
        found = _found(self.connection, self.settings, self.folder)
        self.ledger, self.server, self.known = found


@contextmanager
def reading(conninfo: str, settings: Settings, folder: Folder) -> Iterator[Reader]:
    """Connect and read the ledger. Writes nothing.

    In the block, an error of the server that no statement of a file explains is a PgproofError.
    """
    with (
        explaining(),
        closing(
            connect(
                conninfo,
                autocommit=True,
                application_name=KEEPER,
                client_encoding="utf8",
                prepare_threshold=None,
            )
        ) as connection,
    ):
        found = _found(connection, settings, folder)
        yield Reader(conninfo, settings, folder, connection, *found)


def _found(
    connection: Connection, settings: Settings, folder: Folder
) -> tuple[Ledger, Server, states.Known]:
    """Find the ledger. Raises RefusedError if it cannot be read, PgproofError if it is locked."""
    try:
        return _ask(connection, settings, folder)
    except psycopg.errors.InsufficientPrivilege as error:
        user = sql.Identifier(connection.info.user).as_string()
        raise RefusedError(
            f"{user} may not read the ledger: {error.diag.message_primary}",
            hint=error.diag.message_hint
            or f"Let its owner grant usage on the schema and select on the tables to {user}.",
        ) from error
    except psycopg.errors.LockNotAvailable as error:
        rows = sessions.holders(connection, settings.ledger_schema, FORMER_SCHEMA)
        names = "; ".join(map(sessions.describe, rows)) or "a lock that is released by now"
        raise PgproofError(
            f"the ledger's tables cannot be read: blocked by {names}",
            hint="End or wait for the blocker, then run the same command again.",
            exit_code=Exit.LOCKED,
        ) from error


def _ask(
    connection: Connection, settings: Settings, folder: Folder
) -> tuple[Ledger, Server, states.Known]:
    """Find the ledger: of the settings' schema or, where they leave that open, of FORMER_SCHEMA.

    A ledger in FORMER_SCHEMA is this folder's if it names one of its migrations. Raises
    RefusedError if that cannot be read.
    """

    def look(schema: str) -> tuple[Ledger, Server, states.Known]:
        server = ask(connection, schema, settings.owner)
        ledger = Ledger(schema)
        return ledger, server, states.read(connection, ledger, server, folder)

    if settings.ledger_schema == LEDGER_SCHEMA and only_former(connection, LEDGER_SCHEMA):
        try:
            former = look(FORMER_SCHEMA)
        except psycopg.errors.InsufficientPrivilege as error:
            raise RefusedError(
                f"the schema {FORMER_SCHEMA} has a ledger, which this user may not read",
                hint="If it is of these migrations, become its owner; else set ledger_schema.",
            ) from error
        here = {migration.id for migration in folder.migrations}
        if not here.isdisjoint(former[2].state.applied):
            return former
    return look(settings.ledger_schema)
