"""Directives: the `-- name: value` lines that open a file, as yoyo has them, and some of ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import nearest
from pgproof.files.problem import Problem, refuse

KNOWN = ("depends", "transactional", "irreversible", "repeatable-calls", "restores")
_DIRECTIVE = re.compile(r"\s*--\s*([A-Za-z][A-Za-z_-]*)\s*:\s*(.*?)\s*$")
_ANYWHERE = re.compile(rf"(?:--|/\*|^\s*\*)\s*({'|'.join(KNOWN)})\s*:", re.I | re.M)
_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_RESTORE = re.compile(r"(\S.*?)\s+@(\S+)(\s+last)?", re.IGNORECASE)
_UNDO = ".rollback.sql"


@dataclass(frozen=True)
class Restore:
    """A directive of a rollback file: create an object as a migration did, at first or at last."""

    line: int
    object: str
    migration: str
    is_last: bool


@dataclass(frozen=True)
class Header:
    """The directives of a file's leading `--` lines."""

    depends: tuple[str, ...] = ()
    transactional: bool = True
    irreversible: str | None = None
    repeatable_calls: bool = False
    restores: tuple[Restore, ...] = ()


def parse(text: str, path: Path) -> Header:
    """Read the header. Raises RefusedError naming every directive that would be ignored."""
    values: dict[str, list[tuple[int, str]]] = {}
    problems: list[Problem] = []
    end = 0
    for number, line in enumerate(_lines(text), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("--"):
            break
        end += len(line)
        if match := _DIRECTIVE.match(line):
            name = match[1].lower()
            if name in _known(path) or (name in KNOWN and _RESTORE.fullmatch(match[2])):
                values.setdefault(name, []).append((number, match[2]))
            elif near := nearest(name, _known(path)):
                problems.append(
                    Problem(
                        path,
                        number,
                        f"unknown directive {match[1]!r}",
                        f"Did you mean `-- {near}:`? The directives are {', '.join(_known(path))}.",
                    )
                )
    problems += _misplaced(text, end, path)
    restores, faults = _restores(values.get("restores", []), path)
    problems += faults
    for name in ("transactional", "repeatable-calls"):
        for number, value in values.get(name, []):
            if value.lower() not in _WORDS:
                problems.append(
                    Problem(path, number, f"{name} is {value!r}", "Write `true` or `false`.")
                )
    for name in ("transactional", "repeatable-calls", "irreversible"):
        for number, _ in values.get(name, [])[1:]:
            problems.append(Problem(path, number, f"{name} is given twice", "Keep one of them."))
    for number, value in values.get("irreversible", []):
        if not value:
            problems.append(
                Problem(path, number, "irreversible gives no reason", "Say why, after the colon.")
            )
    refuse(problems)
    return Header(
        depends=tuple(word for _, value in values.get("depends", []) for word in value.split()),
        transactional=_flag(values, "transactional", default=True),
        irreversible=values["irreversible"][0][1] if "irreversible" in values else None,
        repeatable_calls=_flag(values, "repeatable-calls", default=False),
        restores=restores,
    )


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, which may be large, one after the other."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield from text[start:end].splitlines(keepends=True)
        start = end


def _known(path: Path) -> tuple[str, ...]:
    """Return the directives of a file: `restores` is one of rollback files, elsewhere a word."""
    return KNOWN if path.name.endswith(_UNDO) else KNOWN[:-1]


def _restores(
    values: list[tuple[int, str]], path: Path
) -> tuple[tuple[Restore, ...], list[Problem]]:
    if values and not path.name.endswith(_UNDO):
        message, remedy = "restores is a directive of rollback files", "Move it into that file."
        return (), [Problem(path, values[0][0], message, remedy)]
    found = [(number, value, _RESTORE.fullmatch(value)) for number, value in values]
    remedy = "Write `-- restores: schema.name @0011`, the number that of the migration."
    return (
        tuple(Restore(number, m[1], m[2], bool(m[3])) for number, _, m in found if m),
        [
            Problem(path, number, f"restores is {value!r}", remedy)
            for number, value, match in found
            if not match
        ],
    )


def _flag(values: dict[str, list[tuple[int, str]]], name: str, *, default: bool) -> bool:
    return _WORDS[values[name][0][1].lower()] if name in values else default


def _misplaced(text: str, end: int, path: Path) -> list[Problem]:
    """Find directives in comments after the header (not in strings or bodies)."""
    if text.find("--", end) < 0 and text.find("/*", end) < 0:
        return []
    if not _ANYWHERE.search(text, end):
        return []
    from pgproof.sql.parser import SyntaxProblem, comments

    try:
        found = comments(text)
    except SyntaxProblem:
        return []
    return [
        Problem(
            path,
            text.count("\n", 0, start + match.start()) + 1,
            f"directive {match[1]!r} stands after the header, where it has no effect",
            "Move it into the `--` lines that open the file.",
        )
        for start, comment in found
        if start >= end
        for match in _ANYWHERE.finditer(comment)
        if match[1].lower() in _known(path)
    ]
