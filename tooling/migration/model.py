"""The words of the runner: header, statement, script, migration, problem."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from tooling.errors import RefusedError


class Kind(StrEnum):
    """What a statement asks of the transaction around it."""

    ORDINARY = "ordinary"
    """Runs inside a transaction block."""

    CONCURRENT = "concurrent"
    """CONCURRENTLY: cannot run in a transaction block; its outcome is read in the catalogue."""

    CALL = "call"
    """A procedure, which may commit halfway."""

    OUTSIDE = "outside"
    """Cannot run in a transaction block and may be run again (VACUUM, CREATE DATABASE …)."""

    SETTING = "setting"
    """SET or RESET: part of the session, so run again when a file is resumed."""

    CONTROL = "control"
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT …: the runner's own business."""

    COPY_STDIN = "copy"
    """COPY FROM STDIN, which has no data to read in a migration."""


@dataclass(frozen=True)
class Statement:
    """One statement of a file: `number` and `line` count from 1."""

    number: int
    line: int
    sql: str
    kind: Kind = Kind.ORDINARY

    @property
    def first_words(self) -> str:
        """The start of the statement on one line, at most 72 characters."""
        line = " ".join(self.sql[:200].split())
        return line if len(line) <= 72 else f"{line[:71]}…"


@dataclass(frozen=True)
class Header:
    """The directives of a file's leading `--` lines."""

    depends: tuple[str, ...] = ()
    transactional: bool = True
    irreversible: str | None = None
    repeatable_calls: bool = False


@dataclass(frozen=True)
class Problem:
    """Why the runner refuses: one line, what to do about it, and where."""

    path: Path
    line: int
    message: str
    remedy: str
    kind: str = "file"

    def __str__(self) -> str:
        """Return `file:line: message`."""
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class Script:
    """A SQL file as read: its bytes once, everything else derived when it is asked for."""

    path: Path
    raw: bytes

    @cached_property
    def raw_sha256(self) -> str:
        """Hash of the bytes."""
        from tooling.migration.hashing import raw_sha256

        return raw_sha256(self.raw)

    @cached_property
    def text(self) -> str:
        """The file as text. Raises RefusedError for anything but UTF-8 without a BOM."""
        from tooling.migration.splitting import decode

        return decode(self.raw, self.path)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements in order. Raises RefusedError for what PostgreSQL cannot parse."""
        from tooling.migration.splitting import split

        return split(self.text, self.path)

    @cached_property
    def code_sha256(self) -> str:
        """Hash of the code: comments and space between tokens do not count."""
        from tooling.migration.hashing import code_sha256

        return code_sha256(self.text, [statement.sql for statement in self.statements])

    @cached_property
    def header(self) -> Header:
        """The directives. Raises RefusedError for one that is unknown, doubled or misplaced."""
        from tooling.migration.header import parse

        return parse(self.text, self.path)


@dataclass(frozen=True)
class Migration:
    """One migration of the folder; `id` is the file's name without `.sql`."""

    id: str
    script: Script
    undo: Path | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self.script.path

    @property
    def undo_path(self) -> Path:
        """Where the rollback file is, or would be."""
        return self.path.with_name(f"{self.id}.rollback.sql")


def refuse(problems: list[Problem]) -> None:
    """Raise RefusedError with one line a problem; do nothing without one."""
    if not problems:
        return
    remedies = dict.fromkeys(problem.remedy for problem in problems)
    if len(problems) == 1:
        raise RefusedError(str(problems[0]), hint=problems[0].remedy)
    lines = "\n".join(f"  {problem}" for problem in problems)
    raise RefusedError(
        f"{len(problems)} problems; nothing was touched\n{lines}",
        hint="\n      ".join(remedies),
    )
