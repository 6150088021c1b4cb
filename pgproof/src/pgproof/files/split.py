"""Text to statements, by PostgreSQL's own parser."""

import re
from pathlib import Path

from pgproof.files.classify import kind_of
from pgproof.files.problem import COPY_STDIN, Problem, refuse
from pgproof.files.statement import Statement

_BOM = b"\xef\xbb\xbf"
_LONGEST = 200
_UNTERMINATED = re.compile(r"unterminated [-a-z/* ]+?(?= at or near )")
_COPY = re.compile(r"^\s*copy\b[^;]*\bfrom\s+stdin\b", re.IGNORECASE | re.MULTILINE)


def decode(raw: bytes, path: Path) -> str:
    """Return the text of a file. Raises RefusedError for a BOM, a NUL or other than UTF-8."""
    problem: Problem | None = None
    if raw.startswith((_BOM, b"\xff\xfe", b"\xfe\xff")):
        problem = Problem(path, 1, "the file begins with a byte order mark", "Save it without BOM.")
    elif b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        problem = Problem(path, line, "the file holds a NUL byte", "Remove it.")
    if problem is None:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            problem = Problem(path, line, "the file is not UTF-8", "Save it as UTF-8.")
    refuse([problem])
    raise AssertionError


def split(text: str, path: Path) -> tuple[Statement, ...]:
    """Split into statements. Raises RefusedError with file and line for what does not parse."""
    from pgproof.sql import parser

    try:
        slices = parser.split(text)
    except parser.SyntaxProblem as error:
        refuse([_explain(text, path, error.message, error.position)])
        raise AssertionError from error
    statements = []
    line, position = 1, 0
    for number, part in enumerate(slices, 1):
        line += text.count("\n", position, part.start)
        position = part.start
        sql = text[part]
        statements.append(Statement(number, line, sql, kind_of(sql)))
    return tuple(statements)


def _explain(text: str, path: Path, message: str, position: int | None) -> Problem:
    offset = len(text) if position is None else position
    copies = list(_COPY.finditer(text, 0, offset + 1))
    if copies:
        start = copies[-1].end() - len(copies[-1][0].lstrip())
        return Problem(path, text.count("\n", 0, start) + 1, *COPY_STDIN)
    said, remedy = message.split("\n", 1)[0], "PostgreSQL's parser rejects the file; mend it."
    if text[offset : offset + 1] == "\\":
        said = f"psql meta-command {text[offset:].split(maxsplit=1)[0]}"
        remedy = "Only SQL runs here: write it as SQL."
    elif opened := _UNTERMINATED.match(message):
        said, remedy = f"{opened[0]}, which begins here", "Close it, or remove what opens it."
    elif len(said) > _LONGEST:
        said = f"{said[:_LONGEST]}…"
    return Problem(path, text.count("\n", 0, offset) + 1, said, remedy)
