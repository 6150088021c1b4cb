"""Which objects a revision of git did not have as they are now: those that changed files name."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pgproof.errors import InputError
from pgproof.mutate.records import Mutant
from pgproof.settings import Settings
from pgproof.sql import parser

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_FILE = re.compile(r"^diff --git .*$", re.MULTILINE)
_NAME = re.compile(r"^\+\+\+ b/(.*)$", re.MULTILINE)
_META = re.compile(r"^\\.*$", re.MULTILINE)
_WORD = r'(?:[a-z_]\w*|"[^"]+")'
_QUALIFIED = re.compile(rf"({_WORD}\.{_WORD})")
_ROLLBACK = ".rollback.sql"


def names(settings: Settings, revision: str) -> frozenset[str]:
    """Return the names in statements, and the stems of tests, that changed since the revision.

    Raises InputError if git does not know it.
    """
    root = Path(_git(settings.root, "rev-parse", "--show-toplevel").strip())
    difference = _git(root, "diff", "--unified=0", "--no-color", revision, "--", "*.sql", "*.pg")
    changed = dict(_lines(difference))
    for name in _git(root, "ls-files", "--others", "--exclude-standard").splitlines():
        if name.endswith((".sql", ".pg")):
            changed[name] = None
    found: set[str] = set()
    for name, lines in changed.items():
        path = root / name
        if name.endswith(_ROLLBACK) or not path.is_file():
            continue
        if settings.tests and path.is_relative_to(settings.tests):
            found.add(path.stem.lower())
        else:
            found |= _named(path.read_text(encoding="utf-8", errors="replace"), lines)
    return frozenset(found)


def is_of(mutant: Mutant, changed: frozenset[str]) -> bool:
    """Whether a mutant is of an object that was named."""
    whole = mutant.object.split("(")[0].split()
    named = {mutant.names[0].lower(), *(one.lower() for one in whole)}
    named |= {one.rpartition(".")[2] for one in named} | {one.rpartition(".")[0] for one in named}
    return bool(named & changed)


def _lines(difference: str) -> Iterator[tuple[str, list[tuple[int, int]] | None]]:
    """Yield each file with the first and last of its lines in each change."""
    for part in _FILE.split(difference)[1:]:
        name = _NAME.search(part)
        if name:
            yield (
                name[1],
                [
                    (int(first), int(first) + max(int(count or 1), 1) - 1)
                    for first, count in _HUNK.findall(part)
                ],
            )


def _named(text: str, lines: list[tuple[int, int]] | None) -> set[str]:
    """Return the qualified names at the head of each statement that has a changed line."""
    bare = _META.sub(lambda match: " " * len(match[0]), text)
    try:
        statements = parser.split(bare)
    except parser.SyntaxProblem:
        return set(_QUALIFIED.findall(text.lower()))
    found: set[str] = set()
    for one in statements:
        first = bare.count("\n", 0, one.start) + 1
        last = first + bare.count("\n", one.start, one.stop)
        if lines is None or any(a <= last and first <= b for a, b in lines):
            found |= set(_heads(bare[one]))
    return found


def _heads(statement: str) -> Iterator[str]:
    """Yield what a statement is about: the names before its first bracket, or all of a GRANT."""
    lower = " ".join(parser.tokens(statement)).lower().replace(" . ", ".")
    about_many = lower.startswith(("grant", "revoke", "drop"))
    head = lower if about_many else lower.split("(")[0].split(" as ")[0]
    if lower.startswith("create") and " on " in lower.split(" execute ")[0]:
        head = lower.split(" on ", 1)[1].split("(")[0]
    yield from _QUALIFIED.findall(head)


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise InputError("git is not installed", hint="--changed asks git.") from error
    if done.returncode:
        said = next(iter(done.stderr.splitlines()), "no message")
        raise InputError(f"git: {said}", hint="Give --changed a revision, such as origin/main.")
    return done.stdout
