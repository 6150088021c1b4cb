"""One runner at a time: a session advisory lock, taken by polling.

A `pg_advisory_lock` that waits holds a snapshot, and CREATE INDEX CONCURRENTLY waits for snapshots:
two runners would deadlock. A `pg_try_advisory_lock` that returns holds nothing.
"""

import random
import time
from zlib import crc32

import psycopg
from psycopg import sql

from pgproof.connection import WORKER, Connection, explained
from pgproof.errors import AGAIN, Exit, PgproofError, RefusedError
from pgproof.ledger.sessions import describe, lockers
from pgproof.report import Reporter

_CLASS = 0x746F6F6C
"""The same for ever: runners of every release keep each other out."""
_POLL = (0.05, 0.25)
_SAY_AGAIN = 10.0


class Mutex:
    """The advisory lock of one ledger in one database, held by `connection`.

    A working connection is known by another lock, `mark`, and by its application's name. Both are
    of the ledger: runners of other ledgers, in the same database, have others.
    """

    def __init__(self, connection: Connection, ledger_schema: str, reporter: Reporter):
        self.connection = connection
        self.key = crc32(ledger_schema.encode()) & 0x7FFFFFFF
        self.worker_key = self.key ^ 1
        self.worker_name = f"{WORKER} {self.key:08x}"
        self.mark = f"select pg_catalog.pg_try_advisory_lock({_CLASS}, {self.worker_key});"
        self._report = reporter

    def take(self, wait: float) -> None:
        """Poll until the lock is ours, naming the holder. Raises PgproofError (LOCKED)."""
        deadline = time.monotonic() + wait
        said, holder = float("-inf"), "another runner"
        while not self._try(self.connection, self.key):
            now = time.monotonic()
            if now - said > _SAY_AGAIN or now > deadline:
                holder = (
                    "; ".join(describe(row) for row in lockers(self.connection, _CLASS, self.key))
                    or holder
                )
                self._report("waiting_for_runner", holder=holder)
                said = now
            if now > deadline:
                raise PgproofError(
                    f"another runner holds the lock after {wait:g} s: {holder}",
                    hint="Wait for it, or raise --wait.",
                    exit_code=Exit.LOCKED,
                )
            time.sleep(random.uniform(*_POLL))  # noqa: S311

    def check(self) -> None:
        """Raise PgproofError (LOCKED) if the lock is no longer ours."""
        try:
            row = self.connection.execute(
                "select exists (select from pg_catalog.pg_locks"
                " where locktype = 'advisory' and granted and pid = pg_backend_pid()"
                " and (classid, objid) = (%s::oid, %s::oid))",
                [_CLASS, self.key],
            ).fetchone()
        except psycopg.Error as error:
            lost = explained(error)
            raise PgproofError(
                f"the runner's lock is lost: {lost.message}",
                hint=lost.hint,
                exit_code=lost.exit_code,
            ) from error
        if row != (True,):
            raise PgproofError(
                "the runner's lock is lost; another runner may have taken over",
                hint=AGAIN,
                exit_code=Exit.LOCKED,
            )

    def await_orphans(self, wait: float) -> None:
        """Wait for backends that a dead runner left at work. Raises RefusedError naming them."""
        deadline = time.monotonic() + wait
        said = False
        while orphans := lockers(self.connection, _CLASS, self.worker_key, self.worker_name):
            names = "; ".join(describe(row) for row in orphans)
            if not said:
                self._report("orphan", backends=names)
                said = True
            if time.monotonic() > deadline:
                pids = ", ".join(f"pg_terminate_backend({row[0]})" for row in orphans)
                raise RefusedError(
                    f"a backend of an earlier runner is still at work: {names}",
                    hint=f"Wait until it ends, or end it: select {pids};",
                    exit_code=Exit.LOCKED,
                )
            time.sleep(_POLL[0])

    def mark_worker(self, worker: Connection) -> None:
        """Let the working connection be found by the next runner, whatever becomes of this one."""
        _call(worker, "pg_advisory_unlock_all()")
        if not self._try(worker, self.worker_key):
            raise PgproofError(
                "a backend of an earlier runner came to life",
                hint="Run the same command again.",
                exit_code=Exit.LOCKED,
            )

    @staticmethod
    def _try(connection: Connection, key: int) -> bool:
        return _call(connection, "pg_try_advisory_lock(integer, integer)", _CLASS, key) is True


def _call(connection: Connection, function: str, *arguments: int) -> object:
    """Return what a function of advisory locks returns. Raises RefusedError telling the grant."""
    name, values = function.partition("(")[0], ", ".join(map(str, arguments))
    try:
        row = connection.execute(f"select pg_catalog.{name}({values})".encode()).fetchone()
    except psycopg.errors.InsufficientPrivilege as error:
        user = sql.Identifier(connection.info.user).as_string()
        raise RefusedError(
            f"{user} may not take the runner's lock: {error.diag.message_primary}",
            hint=f"grant execute on function pg_catalog.{function} to {user}",
        ) from error
    return row and row[0]
