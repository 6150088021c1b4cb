"""A SQL file, and a migration made of one or two.

What reads the text is imported when it is asked for: of most files only the bytes are hashed.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pgproof.files import hashes
from pgproof.files.problem import FaultyError, Problem

if TYPE_CHECKING:
    from pgproof.files.header import Header
    from pgproof.files.objects import Change
    from pgproof.files.statement import Statement


@dataclass(frozen=True)
class Script:
    """A SQL file as read: its bytes once, everything else derived when it is asked for."""

    path: Path
    raw: bytes

    @cached_property
    def raw_sha256(self) -> str:
        """Hash of the bytes."""
        return hashes.raw_sha256(self.raw)

    @cached_property
    def text(self) -> str:
        """The file as text. Raises RefusedError for anything but UTF-8 without a BOM."""
        from pgproof.files import split

        return split.decode(self.raw, self.path)

    @cached_property
    def statements(self) -> "tuple[Statement, ...]":
        """The statements in order. Raises RefusedError for what PostgreSQL cannot parse."""
        from pgproof.files import split

        return split.split(self.text, self.path)

    @cached_property
    def changes(self) -> "tuple[Change, ...]":
        """What its statements do to functions, views and policies. Raises like `statements`."""
        from pgproof.files import definitions

        return tuple(definitions.changes(self.statements))

    @cached_property
    def code_sha256(self) -> str:
        """Hash of the code: comments and space between tokens do not count.

        Of a file that PostgreSQL cannot parse, all is code.
        """
        try:
            return hashes.code_sha256(self.text, [statement.sql for statement in self.statements])
        except FaultyError:
            return self.raw_sha256

    def differs_by_line_ends(self, raw_sha256: str | None) -> bool:
        """Whether the bytes of that hash are these, with the line ends of the other system."""
        others = hashes.other_line_ends(self.raw.decode("latin-1"))
        return raw_sha256 in {hashes.raw_sha256(one.encode("latin-1")) for one in others}

    @cached_property
    def header(self) -> "Header":
        """The directives. Raises RefusedError for one that is unknown, doubled or misplaced."""
        from pgproof.files import header

        return header.parse(self.text, self.path)


def load(path: Path) -> Script:
    """Read a file. Raises RefusedError if that cannot be done."""
    try:
        return Script(path, path.read_bytes())
    except OSError as error:
        why = error.strerror or str(error)
        problem = Problem(path, 0, f"cannot be read: {why}", "Make it a file that you may read.")
        raise FaultyError([problem]) from error


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
