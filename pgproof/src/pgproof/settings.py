"""Settings: of `pgproof.toml` or `[tool.pgproof]` of pyproject.toml, PGPROOF_* variables, options.

A later one overrides an earlier one.
"""

import functools
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pgproof.errors import InputError

LEDGER_SCHEMA = "pgproof"
FILE = "pgproof.toml"
VARIABLE = "PGPROOF_{}"


@dataclass(frozen=True)
class Settings:
    """Folders are absolute. Each field but `root` is a key, a variable and an option."""

    root: Path
    """The folder of the settings' file."""
    migrations: Path
    ledger_schema: str = LEDGER_SCHEMA
    """Where the ledger's tables are. With the default, a ledger in `ledger` is gone on with."""
    owner: str | None = None
    """The role that owns what migrations make; taken by SET ROLE if it exists."""
    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    """SQL files run around the migrations whenever they, or the set of migrations, changed."""
    search_path: str = "public"
    session: Mapping[str, str] = field(default_factory=dict)
    """Parameters that each file's session is given, beside those that the runner pins itself."""
    lock_timeout: str = "500ms"
    lock_attempts: int = 30
    present: Path | None = None
    """Folder of the schema as it is, one object a file: what `new --replaces` copies from."""
    server: Path | None = None
    """Folder of an embedded server, started where no connection is given."""
    program: str = "pgproof"
    """What hints call the command."""


_FIELDS = tuple(one.name for one in fields(Settings) if one.name != "root")
_PATHS = frozenset(("migrations", "present", "server"))
_FILES = frozenset(("before", "after"))


def find_root(start: Path | None = None) -> Path:
    """Return the nearest folder at or above `start` that has settings, else `start` itself.

    `start` is by default the current folder.
    """
    start = (start or Path.cwd()).resolve()
    return next((one for one in (start, *start.parents) if _table(one) is not None), start)


def load(start: Path | None = None, **options: Any) -> Settings:
    """Read the settings at or above `start`, then the variables; `options` override both.

    An option of None overrides nothing. Raises InputError for an unknown key or a wrong type.
    """
    return read(find_root(start), **options)


def read(root: Path, **options: Any) -> Settings:
    """Read the settings of the folder `root`; like `load`."""
    file, table = _table(root) or (root / FILE, {})
    values: dict[str, Any] = {"migrations": root / "migrations"}
    for key, value in table.items():
        values[key] = _checked(file, root, key, value)
    for key in _FIELDS:
        name = VARIABLE.format(key.upper())
        if name in os.environ:
            values[key] = parse(key, os.environ[name], name)
    values.update((key, value) for key, value in options.items() if value is not None)
    return Settings(root=root, **values)


def parse(key: str, text: str, name: str) -> Any:
    """Return the value of a setting written as one text. Raises InputError.

    Files are joined as in PATH, parameters of the session by `;`, as in `a=1;b=2`.
    """
    if key in _PATHS:
        return Path(text).absolute()
    if key in _FILES:
        return tuple(Path(part).absolute() for part in text.split(os.pathsep) if part)
    if key == "session":
        pairs = [part.partition("=") for part in text.split(";") if part.strip()]
        if not all(equals for _, equals, _ in pairs):
            raise InputError(f"{name} is {text!r}", hint="Write parameters as a=1;b=2.")
        return {parameter.strip(): value.strip() for parameter, _, value in pairs}
    if key == "lock_attempts":
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            raise InputError(f"{name} is {text!r}", hint="Write a whole number above 0.")
        return int(text)
    return text


def _checked(file: Path, root: Path, key: str, value: Any) -> Any:
    """Return a key's value, its paths made absolute."""
    if key not in _FIELDS:
        raise InputError(
            f"{file}: unknown key {key!r}", hint=f"Known keys: {', '.join(sorted(_FIELDS))}."
        )
    if key in _FILES:
        strings = isinstance(value, list) and all(isinstance(one, str) for one in value)
        _insist(strings, file, key, "list of strings")
        return tuple(root / one for one in value)
    if key == "session":
        _insist(isinstance(value, dict), file, key, "table of strings")
        _insist(all(isinstance(one, str) for one in value.values()), file, key, "table of strings")
        return dict(value)
    if key == "lock_attempts":
        _insist(type(value) is int and value > 0, file, key, "whole number above 0")
        return value
    _insist(isinstance(value, str), file, key, "string")
    return root / value if key in _PATHS else value


def _insist(is_so: bool, file: Path, key: str, what: str) -> None:
    if not is_so:
        raise InputError(f"{file}: {key} must be a {what}")


def _table(folder: Path) -> tuple[Path, dict[str, Any]] | None:
    """Return the settings' file of a folder and its keys; None without one."""
    own = _toml(folder / FILE)
    shared = (_toml(folder / "pyproject.toml") or {}).get("tool", {}).get("pgproof")
    if own is not None and shared is not None:
        raise InputError(
            f"{folder} has settings in {FILE} and in pyproject.toml", hint="Keep one of them."
        )
    if own is not None:
        return folder / FILE, own
    return (folder / "pyproject.toml", shared) if isinstance(shared, dict) else None


def _toml(file: Path) -> dict[str, Any] | None:
    try:
        return _parsed(file, file.stat().st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None


@functools.cache
def _parsed(file: Path, _written: int) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not valid TOML: {error}") from error
