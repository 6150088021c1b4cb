"""Settings: of `pgproof.toml` or `[tool.pgproof]` of pyproject.toml, PGPROOF_* variables, options.

A later one overrides an earlier one.
"""

import functools
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pgproof.errors import InputError, nearest

LEDGER_SCHEMA = "pgproof"
ADOPT_NONE = "none"
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
    adopt: str | None = None
    """Schema of the ledger of yoyo to take over, or ADOPT_NONE: no ledger there is, is ours."""
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
    require_empty: bool = False
    """Whether a database in which these migrations have no ledger must have no tables."""
    require_reviewed: bool = False
    """Whether a run needs a review. Where the file or a variable says so, no option undoes it."""
    reviews: Path | None = None
    """Folder of what reviews have recorded; by default `reviews` beside the settings' file."""
    budgets: Mapping[str, str] = field(default_factory=dict)
    """What a review lets pass, where that is not the default: see review/budgets.py."""
    present: Path | None = None
    """Folder of the schema as it is, one object a file: what `new --replaces` copies from."""
    tests: Path | None = None
    """Folder of the schema's pgTAP tests."""
    excuses: Path | None = None
    """File of the mutants that no test has to kill, with reasons."""
    after_mutant: tuple[Path, ...] = ()
    """SQL files run after each mutant, as after a migration that would make it."""
    journal: Path | None = None
    """File of what `mutate` has found so far: build/mutants.jsonl beside the settings."""
    server: Path | None = None
    """Folder of an embedded server, started where no connection is given."""
    program: str = "pgproof"
    """What hints call the command."""

    def of_scratch(self, migrations: Path, **others: Any) -> "Settings":
        """Return settings to migrate a scratch database with: nothing is adopted or reviewed."""
        return replace(self, migrations=migrations, adopt=None, require_reviewed=False, **others)


_FIELDS = tuple(one.name for one in fields(Settings) if one.name != "root")
_PATHS = frozenset(("migrations", "present", "reviews", "tests", "excuses", "journal", "server"))
_FILES = frozenset(("before", "after", "after_mutant"))
_TABLES = frozenset(("budgets", "session"))
_SWITCHES = frozenset(("require_empty", "require_reviewed"))
_WORDS = {"true": True, "false": False}
_NAMES = frozenset(("ledger_schema", "owner"))
_LONGEST_NAME = 63
_TIME = re.compile(r"\s*\d+(\.\d*)?\s*(us|ms|s|min|h|d)?\s*", re.ASCII)
_UNNAMED = "Give it a value, or leave it out."


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
    _refuse_misspelt()
    variables = {key: VARIABLE.format(key.upper()) for key in _FIELDS}
    given = {
        key: parse(key, os.environ[name], name)
        for key, name in variables.items()
        if name in os.environ
    }
    required = [one.get("require_reviewed") for one in (values, given, options)]
    values.update(given)
    values.update((key, value) for key, value in options.items() if value is not None)
    return Settings(root=root, **{**values, "require_reviewed": any(required)})


def origin(settings: Settings, key: str) -> str:
    """Say where the value of a setting comes from, for a message."""
    value, variable = getattr(settings, key), VARIABLE.format(key.upper())
    if os.environ.get(variable) == value:
        return variable
    file, table = _table(settings.root) or (settings.root / FILE, {})
    return f"{file}: {key}" if table.get(key) == value else f"--{key.replace('_', '-')}"


def parse(key: str, text: str, name: str) -> Any:
    """Return the value of a setting written as one text. Raises InputError.

    Files are joined as in PATH, what is a table by `;`, as in `a=1;b=2`.
    """
    if key in _FILES:
        return tuple(path(key, part, name) for part in text.split(os.pathsep) if part)
    if key in _TABLES:
        pairs = [part.partition("=") for part in text.split(";") if part.strip()]
        if not all(equals for _, equals, _ in pairs):
            raise InputError(f"{name} is {text!r}", hint="Write parameters as a=1;b=2.")
        return {parameter.strip(): value.strip() for parameter, _, value in pairs}
    if key == "lock_attempts":
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            raise InputError(f"{name} is {text!r}", hint="Write a whole number above 0.")
        return int(text)
    if key in _SWITCHES:
        if text.lower() not in _WORDS:
            raise InputError(f"{name} is {text!r}", hint="Write true or false.")
        return _WORDS[text.lower()]
    return path(key, text, name) if key in _PATHS else _text(key, text, name)


def path(key: str, text: str, name: str) -> Path:
    """Return the absolute path that a variable or option names. Raises InputError."""
    return Path(_text(key, text, name)).absolute()


def _text(key: str, text: str, name: str) -> str:
    """Return a text that may be a setting. Raises InputError."""
    if not text.strip():
        raise InputError(f"{name} is empty", hint=_UNNAMED)
    unclean = key not in _PATHS | _FILES and any("\ud800" <= one <= "\udfff" for one in text)
    if "\0" in text or unclean:  # What is not UTF-8 arrives as halves of pairs.
        raise InputError(f"{name} is {text!r}", hint="Write it in UTF-8, without NUL.")
    if key in _NAMES and len(text.encode()) > _LONGEST_NAME:
        raise InputError(
            f"{name} is {text!r}", hint=f"A name has at most {_LONGEST_NAME} bytes on the server."
        )
    if key == "lock_timeout" and not _TIME.fullmatch(text):
        raise InputError(f"{name} is {text!r}", hint="Write a time, as 500ms or 2s.")
    return text


def _refuse_misspelt() -> None:
    """Raise InputError for a variable whose name is nearly that of a setting."""
    known = [key.upper() for key in _FIELDS]
    prefix = VARIABLE.format("")
    for name in sorted(os.environ):
        word = name.removeprefix(prefix)
        near = nearest(word, known) if name != word and word not in known else None
        if near:
            raise InputError(
                f"the variable {name} is no setting",
                hint=f"Did you mean {VARIABLE.format(near)}? Unset the other.",
            )


def _checked(file: Path, root: Path, key: str, value: Any) -> Any:
    """Return a key's value, its paths made absolute."""
    if key not in _FIELDS:
        raise InputError(
            f"{file}: unknown key {key!r}", hint=f"Known keys: {', '.join(sorted(_FIELDS))}."
        )
    name = f"{file}: {key}"
    if key in _FILES:
        strings = isinstance(value, list) and all(isinstance(one, str) for one in value)
        _insist(strings, name, "list of strings")
        return tuple(root / _text(key, one, name) for one in value)
    if key in _TABLES:
        strings = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
        _insist(strings, name, "table of strings")
        return dict(value)
    if key == "lock_attempts":
        _insist(type(value) is int and value > 0, name, "whole number above 0")
        return value
    if key in _SWITCHES:
        _insist(isinstance(value, bool), name, "truth value: true or false")
        return value
    _insist(isinstance(value, str), name, "string")
    text = _text(key, value, name)
    return root / text if key in _PATHS else text


def _insist(is_so: bool, name: str, what: str) -> None:
    if not is_so:
        raise InputError(f"{name} must be a {what}", hint="Correct it, or leave it out.")


def _table(folder: Path) -> tuple[Path, dict[str, Any]] | None:
    """Return the settings' file of a folder and its keys; None without one."""
    own = toml(folder / FILE)
    project = folder / "pyproject.toml"
    tools = (toml(project) or {}).get("tool", {})
    shared = tools.get("pgproof") if isinstance(tools, dict) else None
    _insist(shared is None or isinstance(shared, dict), f"{project}: tool.pgproof", "table")
    if own is not None and shared is not None:
        raise InputError(
            f"{folder} has settings in {FILE} and in pyproject.toml", hint="Keep one of them."
        )
    found = own if own is not None else shared
    if found is None:
        return None
    file = folder / FILE if own is not None else project
    keys = {key.replace("-", "_"): value for key, value in found.items()}
    _insist(len(keys) == len(found), f"{file}: each setting", "key that stands there once")
    return file, keys


def toml(file: Path) -> dict[str, Any] | None:
    """Return the keys of a file; None if there is none, or nobody may know."""
    try:
        written = file.stat().st_mtime_ns
    except OSError:
        return None
    return _parsed(file, written)


@functools.cache
def _parsed(file: Path, _written: int) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{file}: cannot be read: {error.strerror}",
            hint="It may hold settings: let it be read.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{file}: not valid TOML: {error}", hint="Correct the file.") from error
