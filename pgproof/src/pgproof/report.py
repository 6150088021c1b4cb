"""What the runner says while it works: events, printed for people or as JSON lines."""

import sys
from typing import IO, Protocol

from pgproof import printing


class Reporter(Protocol):
    """Takes one event; must not raise."""

    def __call__(self, event: str, /, **fields: object) -> None:
        """Say `event`."""


def silent(event: str, /, **fields: object) -> None:
    """Say nothing."""


def progress(event: str, /, **fields: object) -> None:
    """On a terminal, say on stderr which file a command has come to."""
    if event in ("file", "test") and sys.stderr is not None and sys.stderr.isatty():
        outcome = f"  {fields['fault'] or 'ok'}" if "fault" in fields else ""
        printing.say(f"{fields['file']}{outcome}", err=True)


_LINES = {
    "waiting_for_runner": "waiting for another runner: {holder}",
    "orphan": "waiting for a backend that an earlier runner left: {backends}",
    "file": "{file}",
    "statement": "  {number}/{total} line {line}: {words}",
    "resumed": "  {number}/{total} line {line}: {outcome}",
    "statement_done": None,
    "file_done": "  done in {seconds:.2f} s",
    "notice": "    {severity}: {message}",
    "waiting": "    {seconds:.0f} s, waiting for a lock held by {blockers}",
    "progress": "    {seconds:.0f} s{detail}",
    "retry": "  attempt {attempt} of {attempts} met a lock ({reason}; {blockers});"
    " again in {pause:.1f} s",
    "adopted": "adopted {count} migrations from the yoyo ledger {schema}; hashes filled in",
    "rehashed": "{file}: {what} changed, and no code; its hash is renewed",
    "rebuilt": "    dropped the invalid index {index}, to build it again",
    "connected": None,
    "unrecorded": "  the objects of the database are not recorded: {reason}",
}


class Text:
    """Lines on stderr. A statement that took a second or more gets its time."""

    def __init__(self, stream: IO[str] | None = None):
        self._stream = stream

    def __call__(self, event: str, /, **fields: object) -> None:
        """Print the line of `event`, if it has one."""
        line = _LINES[event]
        seconds = fields.get("seconds")
        if event == "statement_done" and isinstance(seconds, float) and seconds >= 1:
            line = "    {seconds:.1f} s"
        if line:
            printing.say(line.format(**fields), err=True, stream=self._stream)


class Json:
    """One JSON object a line on stdout."""

    def __init__(self, stream: IO[str] | None = None):
        self._stream = stream

    def __call__(self, event: str, /, **fields: object) -> None:
        """Print the event."""
        printing.say_json({"event": event, **fields}, stream=self._stream)
