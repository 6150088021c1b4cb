"""Settings from `[tool.tooling]` of the nearest pyproject.toml."""

import functools
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tooling.errors import InputError


@dataclass(frozen=True)
class Settings:
    """Folders are absolute; `before` and `after` are SQL files run around the migrations.

    `migrator` is the login role that a superuser hands over to, which may become `owner`.
    """

    root: Path
    migrations: Path
    seeds: Path
    ledger_schema: str = "ledger"
    owner: str | None = None
    migrator: str | None = None
    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    search_path: str = "public"
    lock_timeout: str = "500ms"
    lock_attempts: int = 30


_SECTIONS = {"backup"}
_TYPES: dict[str, type] = {"before": list, "after": list, "lock_attempts": int}


def find_root(start: Path | None = None) -> Path:
    """Return the nearest folder at or above `start` whose pyproject.toml has `[tool.tooling]`.

    Without one, `start` itself (by default the current folder) is the root.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if _table(folder / "pyproject.toml") is not None:
            return folder
    return start


def load(start: Path | None = None) -> Settings:
    """Read the settings. Raises InputError for an unknown key or a value of the wrong type."""
    root = find_root(start)
    file = root / "pyproject.toml"
    keys = _table(file) or {}
    known = {field.name for field in fields(Settings)} - {"root"}
    for key, value in keys.items():
        if key in _SECTIONS and isinstance(value, dict):
            continue
        wanted = _TYPES.get(key, str)
        if key not in known:
            raise InputError(
                f"{file}: unknown key {key!r} in [tool.tooling]",
                hint=f"Known keys: {', '.join(sorted(known))}.",
            )
        if not isinstance(value, wanted):
            raise InputError(f"{file}: [tool.tooling] {key} must be a {wanted.__name__}")
    return Settings(
        root=root,
        migrations=root / keys.get("migrations", "migrations"),
        seeds=root / keys.get("seeds", "seeds/reference"),
        ledger_schema=keys.get("ledger_schema", "ledger"),
        owner=keys.get("owner"),
        migrator=keys.get("migrator"),
        before=tuple(root / name for name in keys.get("before", [])),
        after=tuple(root / name for name in keys.get("after", [])),
        search_path=keys.get("search_path", Settings.search_path),
        lock_timeout=keys.get("lock_timeout", Settings.lock_timeout),
        lock_attempts=keys.get("lock_attempts", Settings.lock_attempts),
    )


def table(root: Path) -> dict[str, Any]:
    """Return `[tool.tooling]` of a root's pyproject.toml, sections included; empty without one."""
    return _table(root / "pyproject.toml") or {}


def _table(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    return _parsed(file, file.stat().st_mtime_ns)


@functools.cache
def _parsed(file: Path, _written: int) -> dict[str, Any] | None:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not valid TOML: {error}") from error
    table = document.get("tool", {}).get("tooling")
    return table if isinstance(table, dict) else None
