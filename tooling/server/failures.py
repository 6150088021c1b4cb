"""What PostgreSQL's programs say when they fail, as an error."""

import re
from pathlib import Path

from tooling.errors import ToolingError

_HINTS = (
    ("No space left", "Free some disk space; a new server needs about 60 MB."),
    ("already exists", "Another server uses this socket folder and port; stop it or change one."),
    ("Address already in use", "Another server listens on this port; stop it or use another."),
    ("could not bind", "Another server listens on this port; stop it or use another."),
    ("still in use", "Processes of a killed server are still ending; try again in a moment."),
    ("Permission denied", "The server's account needs write access to its data directory."),
    ("Read-only file system", "The data directory must be on a file system that can be written."),
    ("database files are incompatible", "The data directory is of another version; move it away."),
)


def not_started(said: str, log: Path) -> ToolingError:
    """Return that a server did not start; `said` is what it wrote into its log."""
    return ToolingError(f"PostgreSQL did not start: {gist(said)}", hint=hint(said) or f"Read {log}")


def gist(said: str) -> str:
    """Return the line that tells what went wrong, without its time stamp and level."""
    lines = said.strip().splitlines() or ["no output"]
    bad = [line for line in lines if re.search(r"FATAL|PANIC|could not|error:", line)]
    return (bad or lines[-1:])[0].split(":  ")[-1].strip()


def hint(said: str) -> str | None:
    """Return what to do about a failure, if it is a known one."""
    return next((hint for words, hint in _HINTS if words in said), None)
