"""Settings of one pyproject.toml: the runner's of `[tool.pgproof]`, ours of `[tool.tooling]`."""

import os
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pgproof import settings as runner
from tooling.errors import InputError

PROGRAM = "tooling"
PROJECT = "TOOLING_PROJECT"
_SECTIONS = {"backup"}
_KEYS = {"migrator", "seeds", "workbooks"}


@dataclass(frozen=True)
class Settings(runner.Settings):
    """The runner's settings, and ours; folders are absolute."""

    seeds: Path = Path("seeds/reference")
    workbooks: Path = Path("shared/data")
    """Folder or file of AISC's shapes database; AISC_DATA names another."""
    migrator: str | None = None
    """The login role that a superuser hands over to, which may become `owner`."""


def find_root(start: Path | None = None) -> Path:
    """Return the nearest folder at or above `start` whose pyproject.toml has `[tool.tooling]`.

    Without one, it is the nearest with settings of the runner, else `start` itself. Without
    `start`, it is the project that the program belongs to, wherever it is run.
    """
    start = (start or home()).resolve()
    for folder in (start, *start.parents):
        if _table(folder / "pyproject.toml") is not None:
            return folder
    return runner.find_root(start)


def home() -> Path:
    """Return the folder of TOOLING_PROJECT, else of the clone that this program is installed in.

    For a program that is installed in no clone, it is the current folder.
    """
    if chosen := os.environ.get(PROJECT):
        return Path(chosen)
    clones = (Path(__file__).parent.parent, Path(sys.prefix).parent)
    found = (one for one in clones if _table(one / "pyproject.toml") is not None)
    return next(found, Path.cwd())


def load(start: Path | None = None) -> Settings:
    """Read the settings. Raises InputError for an unknown key or a value of the wrong type."""
    return extended(runner.read(find_root(start), program=PROGRAM))


def extended(given: runner.Settings) -> Settings:
    """Return the runner's settings with ours, of the folder that `find_root` finds from theirs.

    Raises InputError.
    """
    root = find_root(given.root)
    file = root / "pyproject.toml"
    ours = {key: value for key, value in table(root).items() if key not in _SECTIONS}
    moved = ours.keys() & {field.name for field in fields(runner.Settings)}
    if moved:
        raise InputError(
            f"{file}: {', '.join(sorted(moved))} in [tool.tooling]",
            hint="Settings of migrations stand in [tool.pgproof].",
        )
    if unknown := ours.keys() - _KEYS:
        raise InputError(
            f"{file}: unknown key {min(unknown)!r} in [tool.tooling]",
            hint=f"Known keys: {', '.join(sorted(_KEYS))}.",
        )
    for key, value in ours.items():
        if not isinstance(value, str):
            raise InputError(f"{file}: [tool.tooling] {key} must be a string")
    return Settings(
        **vars(given),
        seeds=root / ours.get("seeds", "seeds/reference"),
        workbooks=root / ours.get("workbooks", "shared/data"),
        migrator=ours.get("migrator"),
    )


def table(root: Path) -> dict[str, Any]:
    """Return `[tool.tooling]` of a root's pyproject.toml, sections included; empty without one."""
    return _table(root / "pyproject.toml") or {}


def _table(file: Path) -> dict[str, Any] | None:
    tools = (runner.toml(file) or {}).get("tool", {})
    found = tools.get("tooling") if isinstance(tools, dict) else None
    return found if isinstance(found, dict) else None
