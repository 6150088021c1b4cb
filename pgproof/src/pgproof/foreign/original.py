"""A migration as another tool has it, and the files it is read from."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pgproof.errors import RefusedError
from pgproof.files.problem import Problem, refuse
from pgproof.files.script import load

_CODE = (".go", ".js", ".mjs", ".cjs", ".ts", ".mts", ".py", ".rb", ".java", ".kt", ".rs")
_AS_SQL = "Write what it does as a file of SQL of the same version and format, in its place."
_OUT = "Move it out of the folder, and bring over by hand what it does."


@dataclass(frozen=True)
class Original:
    """One migration. `key` is how the tool's ledger names it, `down` is empty if nothing undoes.

    `after` are keys of those before it, where the tool does not put all into one row.
    """

    key: str
    name: str
    path: Path
    up: str
    down: str = ""
    transactional: bool = True
    down_transactional: bool = True
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Originals:
    """What a folder holds, in the order of work; `always` runs again whenever it changed.

    `values` are those that tell the rows of its migrations in the tool's ledger.
    """

    migrations: tuple[Original, ...]
    always: tuple[Original, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def text_of(path: Path) -> str:
    """Return a file as text, without a byte order mark. Raises RefusedError."""
    script = load(path)
    unmarked = type(script)(path, script.raw.removeprefix(b"\xef\xbb\xbf"))
    return unmarked.text


def matching(folder: Path, pattern: str, *, deep: bool = False) -> list[tuple[Path, re.Match[str]]]:
    """Return the files of a folder whose names match, sorted by path.

    Raises RefusedError naming all other SQL and code: what is not converted is told.
    """
    found, problems = [], []
    for path in _files(folder, deep=deep):
        match = re.fullmatch(pattern, path.name)
        if match:
            found.append((path, match))
        elif path.name.lower().endswith(".sql"):
            problems.append(Problem(path, 0, "is not named as the tool names migrations", _OUT))
        elif path.suffix in _CODE:
            problems.append(Problem(path, 0, "a migration that is code, not SQL", _AS_SQL))
    refuse(problems)
    return found


def undone(originals: list[Original], undos: dict[str, Original]) -> list[Original]:
    """Return the migrations with what undoes them, by key. Raises RefusedError if one is left."""
    left = [undos[key] for key in undos.keys() - {one.key for one in originals}]
    message = "undoes a version that is not in the folder"
    remedy = "Write the other half, or remove this one."
    refuse([Problem(one.path, 0, message, remedy) for one in left])
    return [
        replace(one, down=undo.up, down_transactional=undo.transactional)
        if (undo := undos.get(one.key))
        else one
        for one in originals
    ]


def placeholders(path: Path, text: str, pattern: re.Pattern[str]) -> list[Problem]:
    """Return what the tool would put a value into."""
    remedy = "Write its value."
    return [
        Problem(path, line, f"{match[0]} is a placeholder, which nothing fills in here", remedy)
        for match in pattern.finditer(text)
        for line in [text.count("\n", 0, match.start()) + 1]
    ]


def each_once(originals: list[Original]) -> tuple[Original, ...]:
    """Return the migrations. Raises RefusedError if two have one key."""
    seen: dict[str, Original] = {}
    problems = []
    for one in originals:
        if seen.setdefault(one.key, one) is not one:
            message = f"has the version {one.key} of {seen[one.key].path.name}"
            problems.append(Problem(one.path, 0, message, "Give it a version of its own."))
    refuse(problems)
    return tuple(originals)


def _files(folder: Path, *, deep: bool) -> Iterator[Path]:
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where it may not look
        raise RefusedError(f"{folder}: no such folder", hint="Name the folder of the other tool.")
    for below, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if deep and not name.startswith("."))
        yield from (Path(below, name) for name in sorted(names) if not name.startswith("."))
