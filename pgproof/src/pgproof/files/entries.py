"""The entries of a folder of migrations: SQL files, what is left alone, and what is refused."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from pgproof.errors import RefusedError
from pgproof.files.problem import Problem

_LEFT = re.compile(
    r"\..*|__.*|[a-z_]+|.*\.(?:md|rst|txt|adoc)|pgproof\.toml|pyproject\.toml", re.IGNORECASE
)
_AWAY = "Move it out of the folder, or begin its name with a dot."
_LOCALE = "Rename it; if its name is UTF-8, set LC_ALL=C.UTF-8."
_SUBFOLDERS = {
    "up.sql": "diesel",
    "down.sql": "diesel",
    "deploy": "sqitch",
    "revert": "sqitch",
    "committed": "graphile",
}


def entries(folder: Path) -> tuple[list[Path], list[Problem]]:
    """Return the SQL files of a folder in order, and why what else it holds is refused.

    Left alone are names that begin with a dot or with `__`, names of letters alone (README),
    texts (.md, .rst, .txt, .adoc), the settings' files, and subfolders without SQL. Raises
    RefusedError if the folder cannot be read.
    """
    files, problems = [], []
    try:
        with os.scandir(folder) as listed:
            found = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        raise RefusedError(
            f"{folder}: cannot be read: {error.strerror or error}",
            hint="Name the folder of migrations with --migrations.",
        ) from error
    for entry in found:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if problem := _problem(path, entry):
            problems.append(problem)
        elif entry.name.endswith(".sql"):
            files.append(path)
    return files, problems


def _problem(path: Path, entry: os.DirEntry[str]) -> Problem | None:
    """Return why an entry is neither run nor left alone."""
    if not path.name.isprintable() and any("\ud800" <= one <= "\udfff" for one in path.name):
        return Problem(path, 0, "its name is not text of this locale", _LOCALE)
    try:
        if entry.name.endswith(".sql") and entry.is_file():
            return None
        mode = entry.stat().st_mode
    except OSError as error:
        why = error.strerror or error
        message = f"a link that leads nowhere: {why}" if path.is_symlink() else f"{why}"
        return Problem(path, 0, message, "Mend it, or remove it.")
    if stat.S_ISDIR(mode):
        return _subfolder(path)
    if path.suffix != ".sql" and _LEFT.fullmatch(path.name):
        return None
    if not stat.S_ISREG(mode):
        return Problem(path, 0, "neither a file nor a link to one", _AWAY)
    if path.suffix == ".py":
        return Problem(path, 0, "a Python migration; only SQL runs here", "Write its steps as SQL.")
    if path.suffix != ".sql":
        message = "is not run: its name does not end in `.sql`"
        return Problem(path, 0, message, f"Rename it if it is a migration. {_AWAY}")
    return None


def _subfolder(path: Path) -> Problem | None:
    inner = next(_sql_below(path), None)
    if inner is None and path.suffix != ".sql":
        return None
    if inner is None:
        return Problem(path, 0, "a folder, not a file", _AWAY)
    tool = _SUBFOLDERS.get(inner.name) or _SUBFOLDERS.get(path.name)
    remedy = f"Convert the folder with `pgproof import {tool} DIR`." if tool else ""
    message = f"is not run: subfolders are not looked into, and this one holds {inner.name}"
    return Problem(path, 0, message, remedy or f"Move its files up. {_AWAY}")


def _sql_below(path: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(path):
        names.sort()
        for name in sorted(files):
            if name.lower().endswith(".sql"):
                yield Path(folder, name)
