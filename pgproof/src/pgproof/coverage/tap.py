"""Test files: found, run by psql as pg_prove runs them, and what they say in TAP."""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import InputError
from pgproof.scratch.copies import program

_FOLDERS = ("tests/pgtap", "test/pgtap", "tests/sql", "test/sql", "tests", "test", "t")
_OPTIONS = ("-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-P", "pager=off")
_PLAN = re.compile(r"^1\.\.(\d+)", re.MULTILINE)
_RESULT = re.compile(r"^(not )?ok\b[^\n]*?(#\s*(?:TODO|SKIP)\b|$)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """How a test file ended; `fault` says what is wrong with it."""

    assertions: int
    fault: str | None


def files(named: Iterable[Path], root: Path, ending: str) -> list[Path]:
    """Return the test files in files and folders. Raises InputError if there is none."""
    given = list(named)
    if not given:
        usual = [root / name for name in _FOLDERS if (root / name).is_dir()]
        if not usual:
            raise InputError(
                f"{root} has none of the folders {', '.join(_FOLDERS)}",
                hint="Name the files or folders of the tests.",
            )
        given = usual[:1]
    found: dict[Path, None] = {}
    for one in given:
        if not one.exists():
            raise InputError(f"{one}: there is no such file or folder", hint="Name the tests.")
        inside = sorted(one.rglob(f"*{ending}")) if one.is_dir() else [one]
        found.update(dict.fromkeys(path for path in inside if path.is_file()))
    if not found:
        raise InputError(
            f"{given[0]} has no file that ends in {ending}",
            hint="Name the ending of the tests' files with --ext.",
        )
    return list(found)


def start(file: Path, conninfo: str, password: str) -> "subprocess.Popen[str]":
    """Start psql on a file. Raises InputError without psql."""
    command = [program("psql"), *_OPTIONS, "-f", str(file), f"--dbname={conninfo}"]
    return subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **({"PGPASSWORD": password} if password else {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def outcome(code: int, said: str, complaints: str) -> Outcome:
    """Read what a file said."""
    results = _RESULT.findall(said)
    failed = sum(bool(bad) and not mark.upper().endswith("TODO") for bad, mark in results)
    plan = _PLAN.search(said)
    fault = None
    if code:
        lines = [line for line in complaints.splitlines() if "ERROR" in line or "FATAL" in line]
        fault = (lines or complaints.splitlines() or [f"psql exited {code}"])[-1]
    elif failed:
        fault = f"{failed} of {len(results)} assertions fail"
    elif plan is None and not results:
        fault = "it is no test: it prints no TAP"
    elif plan is not None and int(plan[1]) != len(results):
        fault = f"{plan[1]} assertions are planned, and {len(results)} ran"
    return Outcome(len(results), fault)
