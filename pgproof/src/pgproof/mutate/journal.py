"""What a run has found so far, a line of JSON each, so that the next one goes on from there."""

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pgproof.mutate.records import State


@dataclass
class Journal:
    """`done` are the outcomes of an earlier run of the same mutants and tests, by mutant's key.

    `hints` are the files that killed, in whatever run came before; `measured` is what test files
    touched and took that are the same, on the same schema.
    """

    path: Path
    fingerprint: str
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    measured: dict[str, dict[str, Any]] = field(default_factory=dict)
    spent: float = 0.0
    _started: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, path: Path, fingerprint: str, *, afresh: bool) -> "Journal":
        """Read what is there; a run that ended, or was of something else, gives hints alone."""
        made = cls(path, fingerprint)
        lines = [] if afresh else _lines(path)
        for line in lines:
            if line.get("killer"):
                made.hints[line["key"]] = line["killer"]
            if "measured" in line:
                made.measured[line["measured"]] = line
        if lines and lines[0].get("fingerprint") == fingerprint and "ended" not in lines[-1]:
            for line in lines[1:]:
                if "state" in line:
                    made.done[line["key"]] = line
                elif "doubted" in line:
                    made.done.pop(line["doubted"], None)
            made.spent = max((line.get("seconds", 0.0) for line in lines[1:]), default=0.0)
        path.parent.mkdir(parents=True, exist_ok=True)
        known = [
            {"key": key, "killer": killer}
            for key, killer in made.hints.items()
            if key not in made.done
        ]
        kept = [{"fingerprint": fingerprint}, *made.measured.values(), *known, *made.done.values()]
        partial = path.with_suffix(".partial")
        partial.write_text("".join(f"{json.dumps(one)}\n" for one in kept), encoding="utf-8")
        partial.replace(path)
        return made

    @property
    def seconds(self) -> float:
        """How long this run has taken, with those before that it goes on from."""
        return round(self.spent + time.monotonic() - self._started, 3)

    def add(self, key: str, state: State, killer: str | None, said: str | None, files: int) -> None:
        """Write how a mutant ended."""
        self._write(
            {
                "key": key,
                "state": state.value,
                "killer": killer,
                "said": said,
                "files": files,
                "seconds": self.seconds,
            }
        )

    def add_measured(self, key: str, seconds: float, touched: frozenset[int] | None) -> None:
        """Write what a test file touches, and how long it takes, without any mutant."""
        known = None if touched is None else sorted(touched)
        self._write({"measured": key, "took": seconds, "touched": known})

    def forget(self, key: str) -> None:
        """Write that it is not known any more how a mutant ended."""
        self._write({"doubted": key})

    def end(self) -> None:
        """Write that every mutant was run: the next run begins anew."""
        self._write({"ended": self.seconds})

    def _write(self, line: dict[str, Any]) -> None:
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(line)}\n")


def _lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines that are whole; a process that was killed may have left half of one."""
    found = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    for line in text.splitlines():
        try:
            document = json.loads(line)
        except json.JSONDecodeError:
            break
        if not isinstance(document, dict):
            break
        found.append(document)
    return found
