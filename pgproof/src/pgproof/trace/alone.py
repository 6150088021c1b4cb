"""Running the statements of a file one by one, each in its own transaction, and measuring each."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from pgproof.files.script import Script
from pgproof.files.statement import Kind, Statement
from pgproof.run.session import Session
from pgproof.sql.parser import tree
from pgproof.trace.holders import Holders, run_held
from pgproof.trace.phases import Stepper
from pgproof.trace.records import Measured, Wait
from pgproof.trace.relations import CUMULATIVE, IN_TRANSACTION, Snapshot, held, locks_of, snapshot
from pgproof.trace.shared import is_shared
from pgproof.trace.stops import run_watched
from pgproof.trace.work import work

SINGLE = "set max_parallel_maintenance_workers = 0; set max_parallel_workers_per_gather = 0"
"""Workers read rows that the leader does not count."""
HIDES = ("DoStmt", "CallStmt", "SelectStmt")
"""What may take locks in a block that it rolls back."""
IMMEDIATE = "set constraints all immediate"
_WAL = "select (pg_catalog.pg_current_wal_insert_lsn() - '0/0')::bigint"
_OWN_WAL = "select wal_bytes::bigint from pg_catalog.pg_stat_get_backend_wal(%s)"
_OWN_WAL_SINCE = 180000
_ROLES = "select rolname::text from pg_catalog.pg_roles"
_FLUSH = "select pg_catalog.pg_stat_force_next_flush()"


@dataclass
class Alone:
    """A session on a copy of the database as it was before the file.

    `names` are the relations that locks and work are reported of.
    """

    session: Session
    script: Script
    names: Snapshot
    observer: psycopg.Connection[Any]
    holders: Holders
    roles: list[str]
    """Roles that the copies alone have; what a statement makes is added."""
    local: list[Statement] = field(default_factory=list)
    """What lasts until the end of the file's transaction: SET LOCAL and the like."""

    def measure(self, statement: Statement, tree: Any) -> Measured:
        """Run a statement, commit it, and return what it did.

        Raises SqlFailureError; then nothing is left of it.
        """
        session = self.session
        session.run(_FLUSH)  # Else the counters hold what earlier transactions did, or part of it.
        before = snapshot(session.connection, IN_TRANSACTION)
        names = self.names if self.script.header.transactional else {**before, **self.names}
        start = self.wal()
        session.run("begin")
        try:
            for one in self.local:
                session.execute(self.script, one, one.sql)
            watched = names.values() if tree.is_a(*HIDES) else ()
            asked, seconds = run_held(session, self.script, statement, self.holders, watched)
            started = time.monotonic()
            session.execute(self.script, statement, IMMEDIATE)
            seconds += time.monotonic() - started
            rows = held(session.connection, session.pid)
            after = snapshot(session.connection, IN_TRANSACTION)
            if not is_shared(tree, self.roles):
                self.roles += self._roles_made()
                session.execute(self.script, statement, "commit")
        finally:
            session.roll_back()
        if is_local(tree):
            self.local.append(statement)
        done = work(before, after, names, truncates=tree.is_a("TruncateStmt"))
        return Measured(
            locks=locks_of([*asked, *rows], names, [oid for oid, _ in asked]),
            rewrites=done.rewrites,
            scans=done.scans,
            wal_bytes=self.wal() - start,
            rows=done.rows,
            seconds=round(seconds, 6),
            empty=done.empty,
            ordered=bool(asked),
        )

    def repeat(self, statement: Statement, like: Measured) -> Measured:
        """Run a statement that differs from a measured one in constants alone, and commit it.

        Raises SqlFailureError.
        """
        started = time.monotonic()
        replay(self.session, self.script, [*self.local, statement])
        return replace(like, seconds=round(time.monotonic() - started, 6))

    def outside(self, statement: Statement) -> Measured:
        """Run a statement that may not be in a transaction block. Raises SqlFailureError."""
        session, observer = self.session, self.observer
        names = {**snapshot(observer, IN_TRANSACTION), **self.names}
        before = self._counted()
        start = self.wal()
        stepper = Stepper(self.holders.conninfo, session.pid, names, observer)
        try:
            stepper.begin(concurrent=statement.kind is Kind.CONCURRENT)

            started = time.monotonic()

            def run() -> None:
                session.execute(self.script, statement, statement.sql)

            stopped = run_watched(session, run, observer, stepper.at_stop)
            seconds = time.monotonic() - started - stopped
        finally:
            stepper.close()
        seen = stepper.found
        end = self.wal()
        vacuums = tree(statement.sql).is_a("VacuumStmt")
        done = work(before, self._counted(), names, vacuums=vacuums)
        return Measured(
            locks=locks_of(seen.pairs, names, [oid for oid, _ in seen.pairs]),
            rewrites=done.rewrites,
            scans=done.scans,
            wal_bytes=end - start,
            rows=done.rows,
            seconds=round(seconds, 6),
            empty=done.empty,
            waits=tuple(Wait(what, locks_of(pairs, names)) for what, pairs in seen.waits),
        )

    def _roles_made(self) -> list[str]:
        """Return the roles that only the session sees, since it has made them."""
        seen, others = (
            {name for (name,) in connection.execute(_ROLES.encode())}
            for connection in (self.session.connection, self.observer)
        )
        return sorted(seen - others)

    def _counted(self) -> Snapshot:
        """Return what the server has counted, all that the session did included."""
        self.session.run(_FLUSH)
        return snapshot(self.observer, CUMULATIVE)

    def wal(self) -> int:
        """Return how many bytes of WAL the session has written; before 18, the whole server."""
        if self.observer.info.server_version < _OWN_WAL_SINCE:
            return int(self.observer.execute(_WAL).fetchall()[0][0])
        self.session.run(_FLUSH)
        rows = self.observer.execute(_OWN_WAL.encode(), [self.session.pid]).fetchall()
        return int(rows[0][0])


def is_local(tree: Any) -> bool:
    """Whether a statement changes nothing but the rest of its transaction."""
    if tree.is_a("VariableSetStmt"):
        return bool(tree.is_local) or tree.kind == "VAR_SET_MULTI"
    return bool(tree.is_a("ConstraintsSetStmt"))


def replay(session: Session, script: Script, statements: Sequence[Statement]) -> None:
    """Run statements in one transaction and commit it. Raises SqlFailureError."""
    session.run("begin")
    try:
        for one in statements:
            session.execute(script, one, one.sql)
        session.execute(script, None, f"{IMMEDIATE}; commit")
    finally:
        session.roll_back()
