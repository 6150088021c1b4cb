"""`tooling top` in a terminal: what it shows first, and how it is left."""

import contextlib
import os
import pty
import re
import subprocess
import sys
import termios

import pytest
from psycopg.conninfo import make_conninfo

from tests.conftest import ROOT


def test_a_terminal_shows_a_screen_that_fits(migrated_database: str) -> None:
    """In a terminal of 80 by 24, as a program in it sees one."""
    dsn = make_conninfo(migrated_database, user="eagle_exporter")
    run = [sys.executable, "-m", "tooling", "top", "--interval", "0.2", "--dsn", dsn]
    ours, its = pty.openpty()
    termios.tcsetwinsize(ours, (24, 80))
    with subprocess.Popen(
        run, cwd=ROOT, stdin=its, stdout=its, stderr=its,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "", "LINES": ""},
    ) as process:  # fmt: skip
        os.close(its)
        try:
            read = b""
            while b"Jobs" not in read:
                read += os.read(ours, 65536)
        finally:
            process.terminate()
    os.close(ours)
    text = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", read).decode(errors="replace")
    assert text.index("●" if "●" in text else "Nothing is wrong") < text.index("transactions")


@pytest.mark.parametrize("key", [b"q", b"\x03"])
def test_it_is_left_without_an_error(migrated_database: str, key: bytes) -> None:
    dsn = make_conninfo(migrated_database, user="eagle_exporter")
    run = [sys.executable, "-m", "tooling", "top", "--interval", "0.2", "--dsn", dsn]
    child, ours = pty.fork()
    if child == 0:
        os.execvpe(run[0], run, {**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT)})
    read = b""
    while b"Jobs" not in read:
        read += os.read(ours, 65536)
    os.write(ours, key)
    with contextlib.suppress(OSError):  # The other end of a terminal is gone.
        while more := os.read(ours, 65536):
            read += more
    _, status = os.waitpid(child, 0)
    os.close(ours)
    assert os.waitstatus_to_exitcode(status) == 0
    assert b"error:" not in read
    assert b"Reading the statistics" in read
