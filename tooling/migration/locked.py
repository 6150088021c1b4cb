"""Everything a command that writes holds: the lock, the ledger's state, and a working session."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from tooling.migration.execute import Executor, Patience
from tooling.migration.mutex import Mutex
from tooling.migration.options import Options
from tooling.migration.pooler import refuse_pooler
from tooling.migration.reader import Reader
from tooling.migration.report import Reporter
from tooling.migration.server import hello, refuse_to_write
from tooling.migration.session import Session, pinned
from tooling.migration.watch import Watch


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
        """From here on, run as the owner, if there is one by now, and let it write the ledger."""
        reader = self.reader
        reader.server = hello(
            reader.connection, reader.settings.ledger_schema, reader.settings.owner
        )
        if reader.server.owner:
            reader.ledger.grant(reader.connection, reader.server.owner)
        self._executor = replace(self.executor, role=reader.server.owner)

    def _open(self) -> Executor:
        reader, settings = self.reader, self.reader.settings
        session = Session(
            reader.conninfo,
            search_path=settings.search_path,
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
    """Take the runner's lock and read the ledger again under it. Raises ToolingError (LOCKED)."""
    refuse_to_write(reader.server)
    refuse_pooler(reader.connection, reader.conninfo, reader.server.pid)
    reader.connection.execute(pinned(reader.connection, "pg_catalog").encode())
    mutex = Mutex(reader.connection, reader.settings.ledger_schema, report)
    mutex.take(options.wait)
    mutex.await_orphans(options.orphan_wait)
    reader.refresh()
    with ExitStack() as stack:
        yield Locked(reader, mutex, report, options, stack)
