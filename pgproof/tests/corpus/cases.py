"""The cases of the corpus, as its SQL files hold them, and their labels."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FILES = ("rewrites", "constraints", "objects", "hidden", "orders")
BASE = (HERE / "base.sql").read_text(encoding="utf-8")
_MARK = re.compile(r"^--- (\w+(?: role)?)(?:: (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """Files that change a database which BASE and `setup` have made, and an application's queries.

    `outside` files run without a transaction. `role` is one that `setup` makes.
    """

    file: str
    name: str
    setup: str
    changes: tuple[str, ...]
    queries: str
    outside: bool
    since: int
    role: str

    def migration(self, number: int) -> str:
        """Return a change as the text of a migration."""
        header = "-- transactional: false\n" if self.outside else ""
        text = self.changes[number]
        if self.outside and text.lstrip().startswith(("call", "do")):
            header += "-- repeatable-calls: true\n"
        return header + text


def cases(version: int = 18) -> list[Case]:
    """Return the cases that a major version can run."""
    found = [case for file in FILES for case in _read(file)]
    return [case for case in found if case.since <= version]


def labels(version: int) -> dict[str, Any]:
    """Return what the debugger saw, by the name of a case."""
    file = HERE / f"labels-{version}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _read(file: str) -> list[Case]:
    text = (HERE / f"{file}.sql").read_text(encoding="utf-8")
    found = []
    for part in text.split("--- case: ")[1:]:
        name, _, body = part.partition("\n")
        texts: dict[str, list[str]] = {"change": []}
        values = {}
        kind = "change"
        start = 0
        for mark in (*_MARK.finditer(body), None):
            chunk = body[start : mark.start() if mark else len(body)].strip()
            if chunk:
                texts.setdefault(kind, []).append(chunk + "\n")
            if mark:
                start = mark.end()
                if mark[2] is None and mark[1] != "outside":
                    kind = mark[1]
                values[mark[1]] = mark[2] or ""
        found.append(
            Case(
                file,
                name.strip(),
                "".join(texts.get("setup", ())),
                tuple(texts["change"]),
                "".join(texts.get("queries", ())),
                "outside" in values,
                int(values.get("since", 0)),
                values.get("drop role", ""),
            )
        )
    return found
