"""A file to run, and its statements in the portions in which they are sent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.ledger.recording import Record
from pgproof.ledger.state import Step

_MANY = 200
_WINDOW = 100


@dataclass(frozen=True)
class FileRun:
    """A file to run, and the ledger row (given the seconds) that becomes true with it.

    `file` is what people are shown: a bare name, or for a repeatable file its path. A file that
    begins anew after an interruption has no journal.
    """

    id: str
    file: str
    script: Script
    direction: Literal["apply", "rollback"]
    row: Callable[[float], str]
    journal: tuple[Step, ...] | None = ()
    as_owner: bool = True
    record: Record | None = None
    """What else is written with the row, if the server lets it."""


def windows(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    """Yield statements one by one; those of a long file together, to save the round trips."""
    window: list[Statement] = []
    for statement in statements:
        if len(statements) < _MANY or statement.sql[:4].lower() == "copy":
            yield from filter(None, (window, [statement]))
            window = []
            continue
        window.append(statement)
        if len(window) == _WINDOW:
            yield window
            window = []
    if window:
        yield window
