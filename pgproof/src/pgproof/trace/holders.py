"""Locks of other sessions in the way of a statement, so that it stops where it takes its own."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from pgproof.connection import connect
from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.run.session import Session
from pgproof.trace.relations import Pair, Relation, words

_LOCKABLE = ("r", "p", "f")
_MOST = 40
_WAITING = """
select locktype::text, coalesce(relation, 0)::bigint, mode::text
  from pg_catalog.pg_locks
 where pid = %s and not granted
"""
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.05


@dataclass(frozen=True)
class Stop:
    """What a session waits for: `kind` is pg_locks.locktype, `relation` is 0 if it is none."""

    kind: str
    relation: int
    mode: str


@dataclass
class Holders:
    """Sessions that each hold one relation; they are kept for the next statement."""

    conninfo: str
    holding: dict[int, psycopg.Connection[Any]] = field(default_factory=dict)
    idle: list[psycopg.Connection[Any]] = field(default_factory=list)

    def hold(self, relations: Iterable[Relation], mode: str = "access exclusive") -> None:
        """Lock each relation that LOCK TABLE takes, in a session of its own, as far as may be."""
        for one in relations:
            if one.kind not in _LOCKABLE or one.oid in self.holding or len(self.holding) >= _MOST:
                continue
            session = self.idle.pop() if self.idle else connect(self.conninfo, autocommit=True)
            name = sql.Identifier(one.schema, one.name)
            lock = sql.SQL("begin; lock table only {} in {} mode nowait")
            try:
                session.execute(lock.format(name, sql.SQL(mode)))
            except psycopg.Error:
                session.execute("rollback")
                self.idle.append(session)
            else:
                self.holding[one.oid] = session

    def release(self, oid: int) -> bool:
        """Let go of a relation; False if it is not held."""
        session = self.holding.pop(oid, None)
        if session is None:
            return False
        session.execute("rollback")
        self.idle.append(session)
        return True

    def release_all(self) -> None:
        """Let go of everything."""
        for oid in list(self.holding):
            self.release(oid)

    def close(self) -> None:
        """End the sessions."""
        for session in (*self.holding.values(), *self.idle):
            with suppress(psycopg.Error):
                session.close()
        self.holding.clear()
        self.idle.clear()


def run_held(
    session: Session,
    script: Script,
    statement: Statement,
    holders: Holders,
    relations: Iterable[Relation],
    observer: psycopg.Connection[Any],
) -> list[Pair]:
    """Run a statement while relations are held; return its first lock on each, in order.

    Raises SqlFailureError.
    """
    holders.hold(relations)
    order: list[Pair] = []

    def at_stop(stop: Stop) -> None:
        if stop.kind == "relation" and holders.release(stop.relation):
            order.append((stop.relation, words(stop.mode)))

    def run() -> None:
        session.execute(script, statement, statement.sql)

    try:
        if holders.holding:
            run_watched(session, run, observer, at_stop)
        else:
            run()
    finally:
        holders.release_all()
    return order


def run_watched(
    session: Session,
    run: Callable[[], None],
    observer: psycopg.Connection[Any],
    at_stop: Callable[[Stop], None],
) -> None:
    """Run something on a session in a thread; call `at_stop` whenever it waits for a lock.

    Raises what `run` raises. If `at_stop` raises, the statement is cancelled first.
    """
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    pause = _FIRST_PAUSE
    try:
        while thread.is_alive():
            thread.join(pause)
            rows = observer.execute(_WAITING.encode(), [session.pid]).fetchall()
            pause = _FIRST_PAUSE if rows else min(_LONGEST_PAUSE, pause * 1.2)
            for row in rows:
                at_stop(Stop(*row))
    except BaseException:
        session.connection.cancel_safe(timeout=10)
        raise
    finally:
        thread.join()
    if failed:
        raise failed[0]
