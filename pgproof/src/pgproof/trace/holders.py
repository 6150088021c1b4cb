"""Locks of other sessions in the way of a statement, so that it stops where it takes its own."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import pq, sql

from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    ACCESS_SHARE,
    EXCLUSIVE,
    ROW_EXCLUSIVE,
    ROW_SHARE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    mode_of,
)
from pgproof.connection import connect
from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.run import wire
from pgproof.run.session import Session
from pgproof.trace.relations import Pair, Relation
from pgproof.trace.stops import Stop, run_watched, waiting

_LOCKABLE = ("r", "p", "f")
_MOST = 30
_LOCK = "begin; lock table only {} in {} mode {}"
_BESIDE = {
    ACCESS_SHARE: EXCLUSIVE,
    ROW_SHARE: SHARE_ROW_EXCLUSIVE,
    ROW_EXCLUSIVE: ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE: ROW_EXCLUSIVE,
    SHARE: SHARE,
    SHARE_ROW_EXCLUSIVE: ROW_SHARE,
    EXCLUSIVE: ACCESS_SHARE,
    ACCESS_EXCLUSIVE: ACCESS_EXCLUSIVE,
}
"""By mode, the strongest that stands beside it, and so in the way of a stronger one."""
_QUEUED = 1.0
_FIRST_PAUSE = 0.001


@dataclass
class Holders:
    """Sessions that each hold one relation; they are kept for the next statement."""

    conninfo: str
    observer: psycopg.Connection[Any]
    holding: dict[int, psycopg.Connection[Any]] = field(default_factory=dict)
    idle: list[psycopg.Connection[Any]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def hold(self, relations: Iterable[Relation]) -> None:
        """Lock each relation that LOCK TABLE takes, in a session of its own, as far as may be."""
        for one in relations:
            if one.kind not in _LOCKABLE or one.oid in self.holding or len(self.holding) >= _MOST:
                continue
            session = self._session()
            name = sql.Identifier(one.schema, one.name).as_string()
            try:
                session.execute(_LOCK.format(name, ACCESS_EXCLUSIVE, "nowait").encode())
            except psycopg.Error:
                session.execute("rollback")
                self.idle.append(session)
            else:
                self.holding[one.oid] = session
                self.names[one.oid] = name

    def step(self, oid: int, mode: str) -> bool:
        """Let a statement have its lock on a relation, and be in the way of any stronger one.

        The next lock is in the queue before the first is let go. Return False if the relation is
        not held.
        """
        session = self.holding.get(oid)
        if session is None:
            return False
        following = self._session()
        lock = _LOCK.format(self.names[oid], _BESIDE[mode], "").encode()
        following.pgconn.send_query(lock)
        following.pgconn.flush()
        deadline = time.monotonic() + _QUEUED
        while not waiting(self.observer, following.info.backend_pid):
            if time.monotonic() > deadline:
                break
            time.sleep(_FIRST_PAUSE)
        self._settle(session)
        self.holding[oid] = following
        return True

    def release_all(self) -> None:
        """Let go of everything."""
        for session in self.holding.values():
            self._settle(session)
        self.holding.clear()

    def close(self) -> None:
        """End the sessions."""
        for session in (*self.holding.values(), *self.idle):
            with suppress(psycopg.Error):
                session.close()
        self.holding.clear()
        self.idle.clear()

    def _session(self) -> psycopg.Connection[Any]:
        return self.idle.pop() if self.idle else connect(self.conninfo, autocommit=True)

    def _settle(self, session: psycopg.Connection[Any]) -> None:
        if settle(session):
            self.idle.append(session)


def requeue(session: psycopg.Connection[Any], lock: bytes) -> None:
    """End what a session holds, and let it wait for the same again, behind who gets it now."""
    settle(session)
    session.pgconn.send_query(lock)
    session.pgconn.flush()


def settle(session: psycopg.Connection[Any]) -> bool:
    """Cancel what a session waits for and end its transaction; False if it has ended itself."""
    pgconn = session.pgconn
    try:
        if pgconn.transaction_status == pq.TransactionStatus.ACTIVE:
            pgconn.consume_input()
            if pgconn.is_busy():
                session.cancel_safe(timeout=10)
            wire.drain(pgconn, 10)
        pgconn.exec_(b"rollback")
    except psycopg.Error:
        session.close()
    return not session.closed


def run_held(
    session: Session,
    script: Script,
    statement: Statement,
    holders: Holders,
    relations: Iterable[Relation],
) -> tuple[list[Pair], float]:
    """Run a statement while relations are held.

    Returns its locks on them in order, and the seconds without those at its stops. Raises
    SqlFailureError.
    """
    holders.hold(relations)
    order: list[Pair] = []

    def at_stop(stop: Stop) -> None:
        if stop.kind == "relation" and holders.step(stop.relation, mode_of(stop.mode)):
            order.append((stop.relation, mode_of(stop.mode)))

    def run() -> None:
        session.execute(script, statement, statement.sql)

    try:
        started, stopped = time.monotonic(), 0.0
        if holders.holding:
            stopped = run_watched(session, run, holders.observer, at_stop)
        else:
            run()
        seconds = time.monotonic() - started - stopped
    finally:
        holders.release_all()
    return order, seconds
