"""Running one test file by psql, and reading what it says as pg_prove does."""

import os
import re
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pgproof.errors import AGAIN, Exit, PgproofError
from pgproof.scratch.copies import program

_PLAN = re.compile(r"1\.\.(\d+)(?:\s*#.*)?")
_LINE = re.compile(r"(not )?ok\b[^#]*(#\s*(todo|skip)\b)?.*", re.IGNORECASE)
_FAULT = re.compile(r"(?:psql:\S+ )?(?:ERROR|FATAL|PANIC|error): +(.*)")
_OPTIONS = ("-X", "--no-align", "--quiet", "--pset=pager=off", "--pset=tuples_only=true")
# What is killed on this side ends on the other one, too.
_LEAVES = "-c client_connection_check_interval=200"
NOTE = "# pgproof "
_DISCONNECTED = 2
"""What psql ends with if its connection is refused or lost."""


@dataclass(frozen=True)
class Verdict:
    """What a test file said: why it failed, and in `notes` the lines that begin with NOTE."""

    passed: bool
    said: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


def run(
    conninfo: str, file: Path, before: Sequence[str] = (), *, limit: float, options: str = ""
) -> Verdict:
    """Run a file after some statements in one session, until its end or the first failed test.

    It fails as for pg_prove: by a failed test, an error, or another number of tests than planned;
    also if it takes longer than `limit` seconds. Raises PgproofError if the server is gone.
    """
    given = conninfo_to_dict(conninfo).get("options") or os.environ.get("PGOPTIONS", "")
    url = make_conninfo(conninfo, options=f"{given} {_LEAVES} {options}".strip())
    command = [program("psql"), *_OPTIONS, "--set=ON_ERROR_STOP=1", f"--dbname={url}"]
    command += [f"--command={one}" for one in before]
    started = monotonic()
    process = subprocess.Popen(  # noqa: S603
        [*command, f"--file={file}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Ctrl-C is for this process: a test that it ended would seem to have failed.
        start_new_session=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(limit, stop)
    timer.start()
    try:
        said, notes = _read(process)
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    seconds = monotonic() - started
    if late.is_set():
        said = f"did not end in {limit:.0f} s"
    return Verdict(not said, said, seconds, notes)


def _read(process: "subprocess.Popen[str]") -> tuple[str, tuple[str, ...]]:
    """Return why the file fails, or nothing, and its notes."""
    planned, count, fault = None, 0, ""
    notes: list[str] = []
    for line in process.stdout or ():
        text = line.rstrip("\n")
        if match := _LINE.fullmatch(text):
            count += 1
            if match[1] and not match[2]:
                return text, tuple(notes)
        elif match := _PLAN.fullmatch(text):
            planned = int(match[1])
        elif text.startswith("Bail out!"):
            return text, tuple(notes)
        elif text.startswith(NOTE):
            notes.append(text.removeprefix(NOTE))
        elif not fault and (match := _FAULT.match(text)):
            fault = match[1]
    if process.wait() == _DISCONNECTED:
        raise PgproofError(
            f"psql lost its connection: {fault or 'no message'}",
            hint=AGAIN,
            exit_code=Exit.LOST,
        )
    if process.returncode:
        return fault or f"psql ended with {process.returncode}", tuple(notes)
    if planned is None:
        return "no tests were run, as there is no plan", tuple(notes)
    if planned != count:
        return f"planned {planned} tests and ran {count}", tuple(notes)
    return "", tuple(notes)
