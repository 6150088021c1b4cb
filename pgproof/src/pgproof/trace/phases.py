"""Running a statement that commits on its way, while other sessions stop it at each phase.

Polling does not see its locks, which may be held for less than a millisecond; a lock in its way
does.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from pgproof.ahead.locks import mode_of
from pgproof.connection import connect
from pgproof.trace.holders import Holders, requeue
from pgproof.trace.relations import Pair, Relation, Snapshot, held
from pgproof.trace.stops import Stop, waiting

_WRITERS = "transactions that write to its table"
_READERS = "transactions that read its table"
_SNAPSHOTS = "transactions with an older snapshot"
_LOCKS = {_WRITERS: "row exclusive", _READERS: "access share"}
_BLOCKERS = "select unnest(pg_catalog.pg_blocking_pids(%s))"
_CATALOGUES = ("pg_class", "pg_index", "pg_inherits", "pg_statistic")
"""Written to, in that order, before the locks of a transaction end, if it changes definitions."""
_IN_ITS_WAY = "begin; lock table pg_catalog.{} in share mode"


@dataclass
class Phases:
    """What was seen at the stops: locks in the order of their first sight, and waits."""

    pairs: list[Pair] = field(default_factory=list)
    waits: list[tuple[str, frozenset[Pair]]] = field(default_factory=list)


class Stepper:
    """Other sessions in the way of one statement.

    Those of CONCURRENTLY write, read and keep a snapshot, as an application does; in the way of any
    other statement that commits on its way, each table is locked.
    """

    def __init__(
        self, conninfo: str, pid: int, names: Snapshot, observer: psycopg.Connection[Any]
    ) -> None:
        self.found = Phases()
        self._conninfo, self._pid, self._names, self._observer = conninfo, pid, names, observer
        self._tables = [one for one in names.values() if one.kind in ("r", "p")]
        self._asked: set[int] = set()
        self._application: dict[str, psycopg.Connection[Any]] = {}
        self._holders = Holders(conninfo, observer)
        self._catalogues: dict[str, psycopg.Connection[Any]] = {}

    def begin(self, *, concurrent: bool) -> None:
        """Put the sessions in the way."""
        if concurrent:
            for what in (_WRITERS, _READERS, _SNAPSHOTS):
                self._application[what] = self._open(what)
        else:
            self._holders.hold(self._tables)
        for name in _CATALOGUES:
            self._catalogues[name] = session = connect(self._conninfo, autocommit=True)
            try:
                session.execute(_IN_ITS_WAY.format(name).encode())
            except psycopg.errors.InsufficientPrivilege:
                session.execute("rollback")

    def at_stop(self, _stop: Stop) -> None:
        """Note what the statement holds and asks for, and let it go on to its next stop."""
        rows = self._observer.execute(_BLOCKERS.encode(), [self._pid]).fetchall()
        if rows:  # From here on it waits for these, until one of them is passed.
            now = held(self._observer, self._pid)
            self._note(now)
            for asked in waiting(self._observer, self._pid):
                if asked.relation in self._names:
                    self._note([(asked.relation, mode_of(asked.mode))])
                    self._asked.add(asked.relation)
                    self._holders.step(asked.relation, mode_of(asked.mode))
            for (pid,) in rows:
                self._pass(pid, frozenset(now))

    def _pass(self, pid: int, now: frozenset[Pair]) -> None:
        for name, session in self._catalogues.items():
            if session.info.backend_pid == pid:
                requeue(session, _IN_ITS_WAY.format(name).encode())
                return
        for what, session in self._application.items():
            if session.info.backend_pid == pid:
                wait = (what, now)
                if wait not in self.found.waits:
                    self.found.waits.append(wait)
                self._application[what] = self._open(what)
                session.close()
                return

    def _note(self, pairs: Iterable[Pair]) -> None:
        for one in sorted(pairs):
            if one not in self.found.pairs:
                self.found.pairs.append(one)

    def _open(self, what: str) -> psycopg.Connection[Any]:
        session = connect(self._conninfo, autocommit=True)
        if what == _SNAPSHOTS:
            session.execute("begin isolation level repeatable read; select 1")
            return session
        session.execute("begin")
        for one in self._tables:
            if one.oid not in self._asked:
                _lock(session, one, _LOCKS[what])
        return session

    def close(self) -> None:
        """End all sessions."""
        self._holders.close()
        for session in (*self._application.values(), *self._catalogues.values()):
            with suppress(psycopg.Error):
                session.close()


def _lock(session: psycopg.Connection[Any], one: Relation, mode: str) -> None:
    lock = sql.SQL("savepoint one; lock table only {} in {} mode nowait; release one").format(
        sql.Identifier(one.schema, one.name), sql.SQL(mode)
    )
    try:
        session.execute(lock)
    except psycopg.Error:
        session.execute("rollback to one; release one")
