"""What a command that only looks has: an open connection, and the ledger as it stands."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgproof.connection import KEEPER, connect, explaining
from pgproof.connection import Connection as Connection
from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.files.folder import Folder
from pgproof.ledger import sessions
from pgproof.ledger import state as states
from pgproof.ledger.server import Server, ask
from pgproof.ledger.tables import Ledger
from pgproof.settings import Settings


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
        from pgproof.ledger.others import FORMER_SCHEMA

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
    """Find the ledger. Raises RefusedError where it cannot be told which one is the folder's."""
    schema = settings.ledger_schema
    server = ask(connection, schema, settings.owner)
    owner = server.owner if server.may_take_owner else None
    if not server.has_ledger:
        # Imported late: a database has its ledger, but for the first run.
        from pgproof.ledger import others

        found = others.choose(connection, settings, folder, owner)
        if isinstance(found, states.Known):
            return Ledger(schema), server, found
        schema = found
        server = ask(connection, schema, settings.owner)
    ledger = Ledger(schema)
    state = states.read(connection, ledger, owner)
    if schema != settings.adopt:
        _refuse_unhashed(state, folder, schema)
    return ledger, server, states.Known(state)


def _refuse_unhashed(state: states.State, folder: Folder, schema: str) -> None:
    """Raise RefusedError for a file of the folder that yoyo has entered into our ledger."""
    here = {migration.id for migration in folder.migrations}
    for applied in state.applied.values():
        if applied.raw_sha256 is None and applied.id in here:
            raise RefusedError(
                f"{applied.id} was applied by yoyo, which does not record the content",
                hint=f"If it was applied as the file is, adopt it: --adopt {schema}.",
            )
