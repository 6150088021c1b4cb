"""Everything a command that writes holds: the lock, the ledger's state, and a working session."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import psycopg

from pgproof.connection import Connection, is_lost
from pgproof.errors import Exit, InputError, PgproofError
from pgproof.ledger.reader import Reader
from pgproof.ledger.server import ask, refuse_to_write
from pgproof.report import Reporter
from pgproof.run.execute import Executor
from pgproof.run.lock import Mutex
from pgproof.run.options import Options
from pgproof.run.pooler import refuse_pooler
from pgproof.run.session import Session, pinned
from pgproof.run.watch import Watch
from pgproof.run.writer import Patience
from pgproof.settings import Settings, origin


@dataclass
class Locked:
    """The runner's lock is held; `executor` opens the working session when it is first needed."""

    reader: Reader
    mutex: Mutex
    report: Reporter
    options: Options
    stack: ExitStack
    _executor: Executor | None = None

    @property
    def executor(self) -> Executor:
        """The executor, on its own connection, running as the owner if there is one."""
        if self._executor is None:
            self._executor = self._open()
        return self._executor

    def take_role(self) -> None:
        """From here on, run as the owner, if one is set, and let it write the ledger.

        Raises InputError if there is no such role.
        """
        reader = self.reader
        reader.server = ask(reader.connection, reader.ledger.schema, reader.settings.owner)
        refuse_no_owner(reader)
        if reader.server.owner:
            reader.ledger.grant(reader.connection, reader.server.owner)
        self._executor = replace(self.executor, role=reader.server.owner)

    def _open(self) -> Executor:
        reader, settings = self.reader, self.reader.settings
        session = Session(
            reader.conninfo,
            search_path=settings.search_path,
            settings=settings.session,
            application_name=self.mutex.worker_name,
            mark=self.mutex.mark,
            on_notice=lambda diag: self.report(
                "notice", severity=diag.severity, message=diag.message_primary
            ),
        )
        self.stack.callback(session.close)
        self.stack.push(lambda kind, _error, _trace: session.cancel() if kind else None)
        self.mutex.mark_worker(session.connection)
        return Executor(
            session,
            Watch(reader.connection, session.pid, self.report),
            reader.ledger,
            self.report,
            Patience(
                self.options.lock_timeout or settings.lock_timeout,
                self.options.lock_attempts or settings.lock_attempts,
            ),
        )


@contextmanager
def locked(reader: Reader, report: Reporter, options: Options) -> Iterator[Locked]:
    """Take the runner's lock and read the ledger again under it. Raises PgproofError (LOCKED).

    Raises RefusedError and InputError, before, for what cannot be written to, or not with these
    settings.
    """
    refuse_to_write(reader.server, reader.ledger.schema, reader.settings.owner)
    refuse_pooler(reader.connection, reader.conninfo, reader.server.pid)
    refuse_settings(reader, options)
    mutex = Mutex(reader.connection, reader.ledger.schema, report)
    mutex.take(options.wait)
    mutex.await_orphans(options.orphan_wait)
    schema = reader.ledger.schema
    reader.refresh()
    if reader.ledger.schema != schema:
        raise PgproofError(
            f"another runner has made the ledger meanwhile, in the schema {reader.ledger.schema}",
            hint="Run the same command again; it takes the lock of that ledger.",
            exit_code=Exit.LOCKED,
        )
    with ExitStack() as stack:
        yield Locked(reader, mutex, report, options, stack)


def refuse_settings(reader: Reader, options: Options) -> None:
    """Raise InputError for settings that a run cannot begin with. Writes nothing."""
    settings = reader.settings
    if not settings.before:
        refuse_no_owner(reader)
    _pin(reader.connection, settings, options.lock_timeout or settings.lock_timeout)


def refuse_no_owner(reader: Reader) -> None:
    """Raise InputError where the role of the setting `owner` does not exist."""
    settings = reader.settings
    if settings.owner is not None and reader.server.owner is None:
        raise InputError(
            f"{origin(settings, 'owner')}: there is no role {settings.owner!r}",
            hint="Correct the name, or make the role, at the latest in a file of `before`.",
        )


def _pin(connection: Connection, settings: Settings, lock_timeout: str) -> None:
    """Pin the settings of files, to see that the server takes them, and then the runner's own."""
    values = {**settings.session, "lock_timeout": lock_timeout}
    try:
        connection.execute(pinned(connection, settings.search_path, values).encode())
    except psycopg.Error as error:
        if is_lost(error):
            raise
        raise InputError(
            f"the server does not take the settings: {error.diag.message_primary or error}",
            hint="Correct the setting or the option: `session`, `search_path`, `lock_timeout`.",
        ) from error
    forget = "set session authorization default; reset role; reset all;"
    connection.execute(f"{forget} {pinned(connection, 'pg_catalog', {})}".encode())
