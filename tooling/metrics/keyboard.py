"""Waiting for a key, while something else is shown."""

import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_QUIT = "qQ\x04"


@contextmanager
def quitting() -> Iterator[Callable[[float], bool]]:
    """Yield a function that waits some seconds, and returns at once with True if q is typed.

    Keys are not shown meanwhile. Where stdin is no terminal, nobody types.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        yield _sleep
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)

    def wait(seconds: float) -> bool:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([terminal], [], [], left)[0]:
                key = sys.stdin.read(1)
                if not key or key in _QUIT:
                    return True
        return False

    try:
        yield wait
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False
