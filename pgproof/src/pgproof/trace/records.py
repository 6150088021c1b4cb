"""What was measured of a statement, of a file, and of all that is pending."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Lock:
    """The strongest lock on a relation that was there before the file, by its name of then.

    `modes` are all that were taken, weakest first. `kind` is table, index, sequence, view …
    """

    relation: str
    mode: str
    kind: str = "table"
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scan:
    """A table that was read from its beginning to its end: how often, and how many rows in all."""

    relation: str
    times: int
    rows: int


@dataclass(frozen=True)
class Wait:
    """What a statement waits for while it runs, and the locks that it holds meanwhile."""

    what: str
    holding: tuple[Lock, ...]


@dataclass(frozen=True)
class Claim:
    """What `plan` or squawk says of a statement, beside what was measured.

    `outcome` is confirmed, not reproduced, seen but not predicted, or not measurable.
    """

    source: str
    claim: str
    relation: str
    outcome: str


@dataclass(frozen=True)
class Measured:
    """What a statement did by itself. `locks` are in the order in which they were taken."""

    locks: tuple[Lock, ...] = ()
    rewrites: tuple[str, ...] = ()
    scans: tuple[Scan, ...] = ()
    wal_bytes: int = 0
    rows: int = 0
    seconds: float = 0.0
    waits: tuple[Wait, ...] = ()
    empty: tuple[str, ...] = ()
    """Tables without rows in the copy, of which a rewrite or a read would cost something."""
    ordered: bool = False
    """Whether the order of the locks was seen, and not only which there are."""


@dataclass(frozen=True)
class TracedStatement:
    """A statement and what it did. `failure` says why it could not be measured by itself.

    `notes` say what the measurement does not see.
    """

    number: int
    line: int
    sql: str
    measured: Measured
    failure: str | None = None
    notes: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        found = asdict(self.measured)
        del found["ordered"]
        return {
            "number": self.number,
            "line": self.line,
            "sql": self.sql,
            **found,
            "scans": [one.relation for one in self.measured.scans],
            "reads": found["scans"],
            "failure": self.failure,
            "notes": self.notes,
            "claims": [asdict(one) for one in self.claims],
        }


@dataclass(frozen=True)
class Held:
    """A strong lock of a file, the statement that takes it, and how long it is held after that."""

    relation: str
    mode: str
    statement: int
    seconds: float


@dataclass(frozen=True)
class Deadlock:
    """Two orders of locks that can deadlock: this file's, and that of `other`."""

    other: str
    first: str
    second: str
    statements: tuple[int, int]


@dataclass(frozen=True)
class TracedFile:
    """A pending migration. `failure` is what fails when its statements run in one transaction.

    `unasked` says why queries of the application fail before it.
    """

    id: str
    path: str
    transactional: bool
    statements: tuple[TracedStatement, ...]
    held: tuple[Held, ...] = ()
    deadlocks: tuple[Deadlock, ...] = ()
    failure: str | None = None
    unasked: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "id": self.id,
            "path": self.path,
            "transactional": self.transactional,
            "statements": [one.as_dict() for one in self.statements],
            "held": [asdict(one) for one in self.held],
            "deadlocks": [asdict(one) for one in self.deadlocks],
            "failure": self.failure,
            "unasked": self.unasked,
        }


@dataclass(frozen=True)
class Trace:
    """All that is pending, in order. `copied` says what the scratch copies were made of."""

    copied: str
    version: str
    files: tuple[TracedFile, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "copied": self.copied,
            "version": self.version,
            "files": [one.as_dict() for one in self.files],
        }
