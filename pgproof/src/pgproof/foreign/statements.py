"""Statements left out of a text, whose other characters stay as they are."""

from collections.abc import Callable
from pathlib import Path

from pgproof.files.classify import kind_of
from pgproof.files.problem import Problem, refuse
from pgproof.files.statement import Kind


def without(text: str, path: Path, is_out: Callable[[str], bool]) -> tuple[str, int]:
    """Return a text less some statements, and how many are left. Raises RefusedError."""
    from pgproof.sql import parser

    try:
        slices = parser.split(text)
    except parser.SyntaxProblem as error:
        first = error.message.partition("\n")[0]
        refuse([Problem(path, 0, first, "PostgreSQL's parser rejects the file; mend it.")])
    out = [part for part in slices if is_out(text[part])]
    return _cut(text, out), len(slices) - len(out)


def unwrapped(text: str) -> str:
    """Return a text without the BEGIN and the COMMIT around it; as it is if it has more of them.

    A text that does not parse stays as it is, too.
    """
    from pgproof.sql import parser

    try:
        slices = parser.split(text)
    except parser.SyntaxProblem:
        return text
    control = [part for part in slices if kind_of(text[part]) is Kind.CONTROL]
    words = [text[part].split()[0].lower() for part in control]
    if len(slices) < 2 or control != [slices[0], slices[-1]]:
        return text
    if words[0] not in ("begin", "start") or words[1] not in ("commit", "end"):
        return text
    return _cut(text, control)


def _cut(text: str, parts: list[slice]) -> str:
    for part in reversed(parts):
        end = part.stop
        semicolon = text.find(";", end)
        if semicolon >= 0 and not text[end:semicolon].strip():
            end = semicolon + 1
        text = text[: part.start] + text[end:].removeprefix("\n")
    return text
