"""Files of other tools: the marks and names by which they are told from files of this format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgproof.files.problem import Problem
from pgproof.files.script import Script

_LONGEST = 72
_HALVES = "Write what applies as NNNN.name.sql, and what undoes it as NNNN.name.rollback.sql."


@dataclass(frozen=True)
class Tool:
    """A tool; `mark` is a line of its files, `file` a name of one, `formats` what imports them."""

    name: str
    formats: tuple[str, ...]
    mark: str = ""
    file: str = ""

    @property
    def remedy(self) -> str:
        """What to do about its files."""
        commands = " or ".join(f"`pgproof import {name} DIR`" for name in self.formats)
        return f"Convert them with {commands}." if commands else _HALVES


TOOLS = (
    Tool("dbmate", ("dbmate",), mark=r"--[ \t]*migrate:(?:up|down)\b"),
    Tool("goose", ("goose",), mark=r"--[ \t]*\+goose[ \t]+\S"),
    Tool("sql-migrate", ("sql-migrate",), mark=r"--[ \t]*\+migrate[ \t]+\S"),
    Tool("micrate", (), mark=r"--[ \t]*\+micrate[ \t]+\S"),
    Tool("rambler", (), mark=r"--[ \t]*rambler[ \t]+(?:up|down)\b"),
    Tool(
        "node-pg-migrate",
        ("node-pg-migrate",),
        mark=r"[ \t]*--[ \t-]*(?i:up|down)[ \t]+(?i:migration)[ \t\r:.-]*$",
    ),
    Tool(
        "graphile-migrate",
        ("graphile",),
        mark=r"--![ \t]*(?:Previous:|Hash:|Message:|split:|Included\b|EndIncluded\b"
        r"|AllowInvalidHash\b|no-transaction\b)",
    ),
    Tool(
        "Liquibase",
        (),
        mark=r"--[ \t]*(?:(?i:liquibase)[ \t]+formatted[ \t]+sql\b|changeset[ \t]+\S+:\S+)",
    ),
    Tool(
        "Sqitch",
        ("sqitch",),
        mark=r"--[ \t]*(?:Deploy[ \t]+\S+[ \t]+to|Revert[ \t]+\S+[ \t]+from"
        r"|Verify[ \t]+\S+[ \t]+on)[ \t]+pg[ \t\r]*$",
    ),
    Tool("Alembic", ("alembic",), mark=r"--[ \t]*Running (?:upgrade|downgrade)\b.*->"),
    Tool("sqlx", ("sqlx",), mark=r"\A--[ \t]*no-transaction[ \t\r]*$"),
    Tool("Flyway", ("flyway",), file=r"[VUB]\d[\w.]*?__.+\.sql|R__.+\.sql"),
    Tool("golang-migrate and sqlx", ("golang-migrate", "sqlx"), file=r".+\.(?:up|down)\.sql"),
    Tool("Postgrator", (), file=r".+\.(?:do|undo)\.sql"),
    Tool("Diesel", ("diesel",), file=r"(?:up|down)\.sql"),
)
_MARKED = [tool for tool in TOOLS if tool.mark]
_MARKS = re.compile("^(?:" + "|".join(f"({tool.mark})" for tool in _MARKED) + ")", re.MULTILINE)


def marked(script: Script) -> Problem | None:
    """Return the first mark of another tool in a comment of a file. Raises RefusedError."""
    text = script.text
    for begin, tool in _marks(text):
        line = text[begin:].partition("\n")[0].rstrip()[:_LONGEST]
        message = f"written for {tool.name}: `{line}` means nothing here"
        return Problem(script.path, text.count("\n", 0, begin) + 1, message, tool.remedy)
    return None


def unmarked(text: str) -> str:
    """Return a text without the lines that are marks of other tools."""
    kept, end = [], 0
    for begin, _ in _marks(text):
        kept.append(text[end : text.rfind("\n", 0, begin) + 1])
        end = text.find("\n", begin) + 1 or len(text)
    return "".join(kept) + text[end:]


def named(path: Path) -> Problem | None:
    """Return that a file is named as another tool's files are, if it is."""
    for tool in TOOLS:
        if tool.file and re.fullmatch(tool.file, path.name):
            message = f"named as files of {tool.name} are, some of which undo others"
            return Problem(path, 0, message, tool.remedy)
    return None


def _marks(text: str) -> Iterator[tuple[int, Tool]]:
    """Yield where marks begin that are comments, not parts of strings or bodies, and whose.

    In a text that PostgreSQL cannot read, all count.
    """
    found = list(_MARKS.finditer(text)) if "--" in text else []
    comments = _comments(text) if found else None
    for match in found:
        begin = match.end() - len(match[0].lstrip())
        if match.lastindex and (comments is None or begin in comments):
            yield begin, _MARKED[match.lastindex - 1]


def _comments(text: str) -> set[int] | None:
    from pgproof.sql.parser import SyntaxProblem, comments

    try:
        return {start for start, _ in comments(text)}
    except SyntaxProblem:
        return None
