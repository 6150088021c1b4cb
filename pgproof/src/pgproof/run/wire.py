"""Waiting for results of libpq without blocking signals, and looking up now and then meanwhile."""

import select
import time
from collections.abc import Callable, Sequence

import psycopg
from psycopg import pq

Tick = Callable[[float], None]

_FIRST_TICK = 0.05
_LONGEST_TICK = 0.5


class Clock:
    """Calls `tick` with the seconds since the statement began: soon, then twice a second."""

    def __init__(self, tick: Tick | None):
        self._tick = tick
        self.restart()

    def restart(self) -> None:
        """Begin the next statement."""
        self._started = time.monotonic()
        self._pause = _FIRST_TICK
        self._next = self._started + _FIRST_TICK

    def wait(self) -> float | None:
        """Return how long to wait for the server before `call`; None is for ever."""
        return max(0.0, self._next - time.monotonic()) if self._tick else None

    def call(self) -> None:
        """Call `tick`, and decide when to call it again."""
        if self._tick:
            self._tick(time.monotonic() - self._started)
            self._pause = min(_LONGEST_TICK, self._pause * 2)
            self._next = time.monotonic() + self._pause


def run(pgconn: pq.abc.PGconn, text: str, clock: Clock) -> None:
    """Run `text` by the simple protocol and throw its rows away. Raises psycopg.Error."""
    pgconn.send_query(text.encode())
    _finish(pgconn, clock)


def run_many(
    pgconn: pq.abc.PGconn, texts: Sequence[str], clock: Clock, begin: Callable[[int], None]
) -> None:
    """Run statements in one pipeline; call `begin` with the index of each as its turn comes.

    Raises psycopg.Error for the one begun last; the server has skipped those after it.
    """
    pgconn.enter_pipeline_mode()
    for text in texts:
        pgconn.send_query_params(text.encode(), None)
    pgconn.pipeline_sync()
    failed: psycopg.Error | None = None
    for index in range(len(texts)):
        if failed is not None:
            while _next(pgconn, clock) is not None:
                pass
            continue
        begin(index)
        clock.restart()
        try:
            _finish(pgconn, clock)
        except psycopg.Error as error:
            if pgconn.status != pq.ConnStatus.OK:
                raise
            failed = error
    _next(pgconn, clock)
    pgconn.exit_pipeline_mode()
    if failed is not None:
        raise failed


def drain(pgconn: pq.abc.PGconn, seconds: float) -> None:
    """Read the results of a cancelled statement, for at most so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        while pgconn.is_busy() and time.monotonic() < deadline:
            if select.select([pgconn.socket], [], [], 0.1)[0]:
                pgconn.consume_input()
        if pgconn.get_result() is None:
            return


def _finish(pgconn: pq.abc.PGconn, clock: Clock) -> None:
    """Read the results of one query to their end."""
    pgconn.set_single_row_mode()
    failed: pq.abc.PGresult | None = None
    while (result := _next(pgconn, clock)) is not None:
        if result.status == pq.ExecStatus.FATAL_ERROR and failed is None:
            failed = result
        elif result.status == pq.ExecStatus.COPY_OUT:
            while pgconn.get_copy_data(0)[0] > 0:
                pass
    if failed is not None:
        raise psycopg.errors.error_from_result(failed, encoding="utf-8")


def _next(pgconn: pq.abc.PGconn, clock: Clock) -> pq.abc.PGresult | None:
    while True:
        unsent = pgconn.flush()
        if not unsent and not pgconn.is_busy():
            return pgconn.get_result()
        writable = [pgconn.socket] if unsent else []
        readable, written, _ = select.select([pgconn.socket], writable, [], clock.wait())
        if readable:
            pgconn.consume_input()
        elif not written:
            clock.call()
