"""Files of other tools: the marks and names by which they are told from files of this format."""

import re
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
    Tool("dbmate", ("dbmate",), mark=r"--\s*migrate:(?:up|down)\b"),
    Tool("goose", ("goose",), mark=r"--\s*\+goose\s+\S"),
    Tool("sql-migrate", ("sql-migrate",), mark=r"--\s*\+migrate\s+\S"),
    Tool("micrate", (), mark=r"--\s*\+micrate\s+\S"),
    Tool("rambler", (), mark=r"--\s*rambler\s+(?:up|down)\b"),
    Tool(
        "node-pg-migrate",
        ("node-pg-migrate",),
        mark=r"[ \t]*--[ \t-]*(?i:up|down)[ \t]+(?i:migration)[ \t:.-]*$",
    ),
    Tool(
        "graphile-migrate",
        ("graphile",),
        mark=r"--!\s*(?:Previous:|Hash:|Message:|split:|Included\b|EndIncluded\b"
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
        r"|Verify[ \t]+\S+[ \t]+on)[ \t]+pg[ \t]*$",
    ),
    Tool("Alembic", ("alembic",), mark=r"--[ \t]*Running (?:upgrade|downgrade)\b.*->"),
    Tool("sqlx", ("sqlx",), mark=r"\A--[ \t]*no-transaction[ \t]*$"),
    Tool("Flyway", ("flyway",), file=r"[VUB]\d[\w.]*?__.+\.sql|R__.+\.sql"),
    Tool("golang-migrate and sqlx", ("golang-migrate", "sqlx"), file=r".+\.(?:up|down)\.sql"),
    Tool("Postgrator", (), file=r".+\.(?:do|undo)\.sql"),
    Tool("Diesel", ("diesel",), file=r"(?:up|down)\.sql"),
)
_MARKED = [tool for tool in TOOLS if tool.mark]
_MARKS = re.compile("^(?:" + "|".join(f"({tool.mark})" for tool in _MARKED) + ")", re.MULTILINE)


def marked(script: Script) -> Problem | None:
    """Return the first mark of another tool in a comment of a file. Raises RefusedError."""
    match = _MARKS.search(script.text)
    while match and not _is_comment(script.text, match):
        match = _MARKS.search(script.text, match.end())
    if match is None or match.lastindex is None:
        return None
    tool = _MARKED[match.lastindex - 1]
    begin = match.end() - len(match[0].lstrip())
    line = script.text[begin:].partition("\n")[0].rstrip()[:_LONGEST]
    message = f"written for {tool.name}: `{line}` means nothing here"
    return Problem(script.path, script.text.count("\n", 0, begin) + 1, message, tool.remedy)


def unmarked(text: str) -> str:
    """Return a text without the lines that are marks of other tools."""
    kept, end = [], 0
    for match in _MARKS.finditer(text):
        begin = text.rfind("\n", 0, match.end()) + 1
        if begin >= end and _is_comment(text, match):
            kept.append(text[end:begin])
            end = text.find("\n", match.end()) + 1 or len(text)
    return "".join(kept) + text[end:]


def named(path: Path) -> Problem | None:
    """Return that a file is named as another tool's files are, if it is."""
    for tool in TOOLS:
        if tool.file and re.fullmatch(tool.file, path.name):
            message = f"named as files of {tool.name} are, some of which undo others"
            return Problem(path, 0, message, tool.remedy)
    return None


def _is_comment(text: str, match: re.Match[str]) -> bool:
    """Whether a match is no part of a string or a body; true where that cannot be told."""
    from pgproof.sql.parser import SyntaxProblem, comments

    begin = match.end() - len(match[0].lstrip())
    try:
        return any(start == begin for start, _ in comments(text))
    except SyntaxProblem:
        return True
