"""Alembic: what its `upgrade --sql` and `downgrade --sql` print, with a section a revision."""

import re
from pathlib import Path

from pgproof.files.problem import Problem, refuse
from pgproof.foreign.original import Original, Originals, each_once, matching, text_of
from pgproof.foreign.statements import without

_SECTION = re.compile(
    r"^--[ \t]*Running (upgrade|downgrade)[ \t]*([^\n]*?)[ \t]*->[ \t]*([^\n]*?)[ \t]*\r?$", re.M
)
_OWN = re.compile(r"\A\s*(?:begin|commit|start\s+transaction)\b|\balembic_version\b", re.I)


def read(folder: Path) -> Originals:
    """Read the printed files of a folder. Raises RefusedError for what is in no section."""
    ups: list[tuple[str, tuple[str, ...], Path, str]] = []
    downs: dict[str, str] = {}
    problems = []
    for path, _ in matching(folder, r".*\.sql"):
        text = text_of(path)
        marks = list(_SECTION.finditer(text))
        before = text[: marks[0].start()] if marks else text
        if without(before, path, _is_own)[1]:
            message = "holds statements before the first `-- Running upgrade`"
            remedy = "Print it with `alembic upgrade --sql` or `alembic downgrade --sql`."
            problems.append(Problem(path, 1, message, remedy))
            continue
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=True):
            body = without(text[mark.end() : end], path, _is_own)[0]
            left, right = _revisions(mark[2]), _revisions(mark[3])
            if mark[1] == "upgrade":
                ups.append((right[0], left, path, body))
            else:
                downs[left[0]] = body
    refuse(problems)
    found = [
        Original(key, key, path, body, downs.get(key, ""), after=after)
        for key, after, path, body in ups
    ]
    return Originals(each_once(found))


def _revisions(words: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,\s]+", words) if word)


def _is_own(statement: str) -> bool:
    """Whether a statement is Alembic's: of its transaction, or of its ledger."""
    return bool(_OWN.search(statement))
