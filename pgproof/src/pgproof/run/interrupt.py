"""SIGTERM and Ctrl-C: cancel the statement, roll back, exit 143 or 130."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pgproof.errors import AGAIN, Exit, PgproofError

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """A signal asked the process to stop."""

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first SIGTERM or SIGINT into Stopped, and Stopped into a PgproofError at the end.

    In a thread other than the main one, where Python takes no signals, nothing is installed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        raise Stopped(number)

    before = {one: signal.getsignal(one) for one in SIGNALS}
    for one in before:
        signal.signal(one, stop)
    try:
        yield
    except Stopped as stopped:
        raise explained(stopped) from stopped
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def explained(stopped: Stopped) -> PgproofError:
    """Return a signal as an error for the user."""
    terminated = stopped.number == signal.SIGTERM
    return PgproofError(
        f"stopped by {stopped}: what was not committed is rolled back",
        hint=AGAIN,
        exit_code=Exit.TERMINATED if terminated else Exit.INTERRUPTED,
    )


def settle() -> None:
    """Let signals change nothing from here on: the outcome is about to be told."""
    if threading.current_thread() is threading.main_thread():
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
