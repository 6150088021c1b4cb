"""Where a session waits, and running one that is watched there."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.run.session import Session

_WAITING = """
select locktype::text, coalesce(relation, 0)::bigint, mode::text
  from pg_catalog.pg_locks
 where pid = %s and not granted
"""
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.01


@dataclass(frozen=True)
class Stop:
    """What a session waits for: `kind` is pg_locks.locktype, `relation` is 0 if it is none."""

    kind: str
    relation: int
    mode: str


def waiting(observer: psycopg.Connection[Any], pid: int) -> list[Stop]:
    """Return what a session waits for just now."""
    return [Stop(*row) for row in observer.execute(_WAITING.encode(), [pid]).fetchall()]


def run_watched(
    session: Session,
    run: Callable[[], None],
    observer: psycopg.Connection[Any],
    at_stop: Callable[[Stop], None],
) -> float:
    """Run something on a session in a thread; call `at_stop` whenever it waits for a lock.

    Returns the seconds that it was made to wait. Raises what `run` raises. If `at_stop` raises, the
    statement is cancelled first.
    """
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    pause, stopped = _FIRST_PAUSE, 0.0
    try:
        while thread.is_alive():
            thread.join(pause)
            began = time.monotonic()
            stops = waiting(observer, session.pid)
            pause = _FIRST_PAUSE if stops else min(_LONGEST_PAUSE, pause * 1.2)
            for stop in stops:
                at_stop(stop)
            stopped += (time.monotonic() - began + pause) if stops else 0.0
    except BaseException:
        session.connection.cancel_safe(timeout=10)
        raise
    finally:
        thread.join()
    if failed:
        raise failed[0]
    return stopped
