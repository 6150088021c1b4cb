"""Faults of speed: slow statements, cold memory, connections, locks, long transactions."""

import contextlib
import threading
from collections.abc import Callable, Iterator

import psycopg

from tests.monitoring.case import case
from tests.monitoring.stack import Stack

PAUSE = 0.05
APPLICATION = "eagle_application"
_ROW = "select 1 from app.projects where project_id = (select project_id from app.projects limit 1)"


@contextlib.contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Do the work again and again, in a thread, until the block ends."""
    stop = threading.Event()

    def again() -> None:
        while not stop.wait(PAUSE):
            work()

    thread = threading.Thread(target=again, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@case(
    "The application runs a statement of 0.7 seconds, over and over.",
    "StatementsSlow",
    role=APPLICATION,
)
def slow_statement(stack: Stack) -> Iterator[None]:
    with (
        psycopg.connect(stack.server.url(user=APPLICATION), autocommit=True) as connection,
        meanwhile(lambda: connection.execute("select pg_sleep(0.7)")),
    ):
        yield


@case(
    "Every page is thrown out of shared buffers again and again, while indexes are searched.",
    "IndexHitRateLow",
    "CacheHitRateLow",
)
def cold_memory(stack: Stack) -> Iterator[None]:
    with psycopg.connect(stack.url, autocommit=True) as connection:
        connection.execute("set enable_seqscan = off")

        def evict() -> None:
            connection.execute("select pg_buffercache_evict_all()")
            connection.execute("select count(payload_id) from app.project_payloads")
            connection.execute("select max(etag::text) from app.projects where etag is not null")

        with meanwhile(evict):
            yield


@case(
    "The application opens connections until 92 of 100 are in use, and keeps them.",
    "ConnectionsHigh",
    "ConnectionsNearlyOut",
    alone=True,
)
def many_connections(stack: Stack) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        (used,) = stack.sql("select count(*) from pg_stat_activity where datid is not null")[0]
        for _ in range(92 - used):
            held.enter_context(psycopg.connect(stack.url))
        yield


@case(
    "One session locks a row and does nothing more; another one waits for it.",
    "LockWaitLong",
    alone=True,
)
def waiting_for_a_lock(stack: Stack) -> Iterator[None]:
    with psycopg.connect(stack.url) as holder, psycopg.connect(stack.url) as other:
        holder.execute(f"{_ROW} for update")
        waiter = threading.Thread(target=lambda: other.execute(f"{_ROW} for update"), daemon=True)
        waiter.start()
        try:
            yield
        finally:
            holder.rollback()
            waiter.join()


@case(
    "A session of the application begins a transaction and leaves it open.",
    "TransactionLong",
    role=APPLICATION,
)
def forgotten_transaction(stack: Stack) -> Iterator[None]:
    with psycopg.connect(stack.server.url(user=APPLICATION)) as connection:
        connection.execute("select 1")
        yield


@case(
    "Two sessions lock two things in opposite orders, until the server has ended six.",
    "Deadlocks",
)
def deadlocks(stack: Stack) -> Iterator[None]:
    for _ in range(6):
        with psycopg.connect(stack.url) as one, psycopg.connect(stack.url) as two:
            for connection, first in ((one, 1), (two, 2)):
                connection.execute("set deadlock_timeout = '20ms'")
                connection.execute("select pg_advisory_xact_lock(%s)", [first])
            other = threading.Thread(target=_lock, args=(two, 1))
            other.start()
            _lock(one, 2)
            other.join()
    yield


def _lock(connection: psycopg.Connection[tuple[object, ...]], key: int) -> None:
    try:
        connection.execute("select pg_advisory_xact_lock(%s)", [key])
    except psycopg.errors.DeadlockDetected:
        connection.rollback()
    else:
        connection.rollback()


@case(
    "The application stops working.",
    "ThroughputCollapsed",
    alone=True,
    order=1,
)
def no_work(stack: Stack) -> Iterator[None]:
    stack.workload.stop()
    try:
        yield
    finally:
        stack.workload.start()
