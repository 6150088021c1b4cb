"""A runner in a process of its own that suffers a fault at a chosen event."""

import contextlib
import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from pgproof.connection import WORKER
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from tooling.errors import ToolingError
from tooling.server.embedded import Server
from tooling.settings import Settings

FAULTS = ("kill runner", "SIGTERM", "drop connection", "kill backend", "kill server")
BOUNDARIES = ("statement", "file_done")
"""The events that are boundaries: before each statement, and after the last one's commit."""


def run(
    server: Server, url: str, settings: Settings, fault: str, at: int, delay: float | None
) -> int:
    """Fork a runner, let `fault` befall it at its boundary number `at`; return its exit status.

    With a delay, the fault comes so many seconds after that boundary, in mid-statement.
    A signal's number is returned negative. Backends that it killed are gone when this returns,
    so that the server, which takes connections until it has noticed, is seen to recover.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os._exit(_suffer(server, url, settings, fault, at, delay, writer))
    os.close(writer)
    status = os.waitpid(pid, 0)[1]
    with os.fdopen(reader, encoding="ascii") as killed:
        for line in killed:
            _wait_until_gone(int(line))
    return os.waitstatus_to_exitcode(status)


def _wait_until_gone(pid: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.002)


def _suffer(
    server: Server,
    url: str,
    settings: Settings,
    fault: str,
    at: int,
    delay: float | None,
    killed: int,
) -> int:
    seen = 0

    def report(event: str, /, **_fields: Any) -> None:
        nonlocal seen
        if event not in BOUNDARIES:
            return
        if seen == at:
            strike = _strike(server, url, fault, killed)
            if delay is None:
                strike()
            else:
                threading.Timer(delay, strike).start()
        seen += 1

    try:
        migrate(url, settings, report, Options())
    except ToolingError as error:
        return int(error.exit_code)
    except psycopg.Error:
        return 1
    except BaseException:
        return 99
    return 0


def _strike(server: Server, url: str, fault: str, killed: int) -> Callable[[], None]:
    """Prepare a fault, so that it can come without delay; `killed` takes the backends' ids."""
    if fault == "kill runner":
        return lambda: os.kill(os.getpid(), signal.SIGKILL)
    if fault == "SIGTERM":
        return lambda: os.kill(os.getpid(), signal.SIGTERM)
    if fault == "kill server":
        return server.kill
    if fault == "drop connection":
        return _drop_connections
    pids = _workers(url)
    return lambda: _kill(pids, killed)


def _workers(url: str) -> list[int]:
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity"
            " where starts_with(application_name, %s) and datname = current_database()",
            [f"{WORKER} "],
        ).fetchall()
    return [pid for (pid,) in rows]


def _kill(pids: list[int], killed: int) -> None:
    for pid in pids:
        os.write(killed, f"{pid}\n".encode())
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _drop_connections() -> None:
    """Shut every socket of this process, as a network that goes away does."""
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            number = int(entry.name)
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                with socket.socket(fileno=os.dup(number)) as copy:
                    copy.shutdown(socket.SHUT_RDWR)


def wait_for_server(server: Server, seconds: float = 60) -> None:
    """Start the server if it is down, and wait until it takes connections again."""
    deadline = time.monotonic() + seconds
    if not server.is_running():
        server.start()
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
