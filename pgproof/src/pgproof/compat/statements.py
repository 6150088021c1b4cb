"""The statements of an application, as its files of SQL hold them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgproof.compat.placeholders import numbered
from pgproof.errors import InputError
from pgproof.sql.parser import Lexeme, SyntaxProblem, lexemes, tree

_NAME = re.compile(r"--\s*:?name:?\s+([^(:]*[^(:\s^$!*<#])")
_VALUES = re.compile(r"--\s*values:\s*(\S.*)")
_META = re.compile(r"^[ \t]*\\.*$", re.MULTILINE)
_TRANSACTION = ("TransactionStmt",)
_SETTING = ("VariableSetStmt",)
_SYNTAX = "Write it as PostgreSQL takes it; parameters as $1, :name, %(name)s, %s, @name or ?."


@dataclass(frozen=True)
class Statement:
    """What an application sends. `place` is where it was found, `settings` are run before it.

    `values` are expressions for its parameters, with which it is also run. `within` is the function
    in whose body it is, and `role` that of the function's owner if it runs as him.
    """

    name: str
    place: str
    sql: str
    settings: tuple[str, ...] = ()
    values: str | None = None
    role: str | None = None
    within: str | None = None

    @property
    def label(self) -> str:
        """Its name and place, or one where they are the same."""
        return self.name if self.name == self.place else f"{self.name} ({self.place})"


def of_path(path: Path) -> list[Statement]:
    """Read a file, or every *.sql file in and under a folder, by name.

    Raises InputError if there is none, and for what PostgreSQL cannot parse.
    """
    if path.is_dir():
        files = sorted(one for one in path.rglob("*.sql") if one.is_file())
        if not files:
            raise InputError(f"{path}: no file of SQL", hint="Name a folder with files *.sql.")
    else:
        files = [path]
    found = [one for file in files for one in _of_file(file)]
    if not found:
        raise InputError(f"{path}: no statement", hint="Write the application's statements there.")
    return found


def _of_file(path: Path) -> Iterator[Statement]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror or error}", hint="Name a file or folder that you may read."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8: {error}", hint="Save the file as UTF-8.") from error
    text = _META.sub(lambda found: " " * len(found[0]), text)
    settings: list[str] = []
    try:
        parts = list(_split(lexemes(text)))
    except SyntaxProblem as problem:
        raise _problem(path, text, problem.position or 0, problem) from problem
    for comments, tokens in parts:
        start = tokens[0].start
        place = f"{path}:{_line(text, start)}"
        written = text[start : tokens[-1].end]
        try:
            sql = numbered(written)
        except SyntaxProblem as problem:
            raise _problem(path, text, start + (problem.position or 0), problem) from problem
        if tree(sql).is_a(*_TRANSACTION):
            continue
        if tree(sql).is_a(*_SETTING):
            settings.append(sql)
            continue
        name = _found(_NAME, comments)
        yield Statement(name or place, place, sql, tuple(settings), _found(_VALUES, comments))


def _split(tokens: Sequence[Lexeme]) -> Iterator[tuple[list[str], list[Lexeme]]]:
    """Yield the comments before each statement, and its tokens without the semicolon."""
    comments: list[str] = []
    statement: list[Lexeme] = []
    for one in tokens:
        if one.is_comment:
            comments += [] if statement else [one.text]
        elif one.text != ";":
            statement.append(one)
        elif statement:
            yield comments, statement
            comments, statement = [], []
    if statement:
        yield comments, statement


def _found(pattern: re.Pattern[str], comments: Sequence[str]) -> str | None:
    """Return what the last comment that matches says."""
    matches = [found[1] for found in map(pattern.match, comments) if found]
    return matches[-1].strip() if matches else None


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _problem(path: Path, text: str, position: int, problem: SyntaxProblem) -> InputError:
    return InputError(f"{path}:{_line(text, position)}: {problem.message}", hint=_SYNTAX)
