"""What a run notes of the objects of the database: before its first file, and with its last."""

from contextlib import suppress
from types import TracebackType

import psycopg

from pgproof.errors import PgproofError
from pgproof.ledger import recording
from pgproof.ledger.recording import Record
from pgproof.run.held import Locked


class Recorder:
    """Notes, in the block, what the files of a run change; `files` is how many there are.

    Whatever keeps the server from writing the record keeps no file from being run.
    """

    def __init__(self, held: Locked, files: int):
        self._held = held
        self._left = files
        self._ran: list[tuple[str, str | None]] = []
        self._is_open = False

    def __enter__(self) -> "Recorder":
        """Note the objects as they are."""
        reader = self._held.reader
        is_wanted = self._left and self._held.options.record
        if is_wanted and recording.is_there(reader.connection, reader.ledger):
            given = reader.connection, reader.ledger, reader.server.owner
            self._held.executor.session.forget(None)
            self._held.executor.write("", recording.begin(*given))
            self._is_open = recording.is_begun(*given)
        return self

    def of(self, name: str, *, is_apart: bool) -> Record | None:
        """Return what is written with the row of a file that is about to run, if it is the last.

        `is_apart` says that it runs without a transaction.
        """
        self._left -= 1
        connection = self._held.reader.connection
        self._ran.append((name, recording.next_transaction(connection) if is_apart else None))
        return self._changes() if self._is_open and not self._left else None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Note what was done before a file failed; without that, the next run goes on noting."""
        if not (self._is_open and self._ran and isinstance(error, PgproofError)):
            return
        executor = self._held.executor
        if executor.session.is_alive:
            with suppress(psycopg.Error, PgproofError):
                executor.session.roll_back()
                executor.session.forget(None)
                executor.write("", self._changes())

    def _changes(self) -> Record:
        return recording.finish(self._held.reader.ledger, self._ran)
