"""squawk's opinion of a file: statements that its rules call unsafe."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import PgproofError

_ALL_EXCLUDED = "Failed to find files"
"""What it says where its configuration excludes every file."""


_SETTLED = frozenset(
    {
        "prefer-robust-stmts",  # what was done is rolled back, or in the journal
        "require-lock-timeout",  # set before every statement
        "require-statement-timeout",  # set as the settings have it
    }
)
"""Rules that ask of a file what the runner does for every file."""

_IGNORE = re.compile(
    r"^[ \t]*--[ \t]*squawk-ignore(?:-file)?[ \t]+(?P<rules>[a-z][a-z, \t-]*?)"
    r"(?:[ \t]+--[ \t]*(?P<reason>[^\n]*?))?[ \t]*$"
)
_COMMENT = re.compile(r"^[ \t]*--[ \t]?(?P<words>[^\n]*?)[ \t]*$")


@dataclass(frozen=True)
class Violation:
    """One finding; `line` counts from 1."""

    path: Path
    line: int
    rule: str
    message: str


@dataclass(frozen=True)
class Ignored:
    """Rules that a comment of a file turns off; `line` counts from 1. `reason` may be empty."""

    line: int
    rules: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        """Say which rules, and why."""
        return f"{', '.join(self.rules)} ignored: {self.reason or 'no reason is given'}"


def ignored(text: str) -> Iterator[Ignored]:
    """Yield the comments of a file that turn rules off, `-- squawk-ignore RULE -- reason`.

    The reason may also stand in the lines of comment above.
    """
    above: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if found := _IGNORE.match(line):
            reason = found["reason"] or " ".join(filter(None, above))
            yield Ignored(number, tuple(re.split(r"[,\s]+", found["rules"].strip(", \t"))), reason)
        elif comment := _COMMENT.match(line):
            above.append(comment["words"])
            continue
        above = []


def lint(files: Mapping[Path, bool], root: Path) -> list[Violation] | None:
    """Run squawk with the configuration of `root`. Returns None where it is not installed.

    `files` says of each whether it runs in one transaction. Left out are findings that ask for
    what the runner does anyway: time limits, and a file that can be run again after a failure.
    Raises PgproofError if squawk fails, for then nobody knows what it would have found.
    """
    beside = Path(sys.executable).with_name("squawk")
    program = str(beside) if beside.is_file() else shutil.which("squawk")
    if program is None:
        return None
    found = []
    for in_transaction, option in (
        (True, "--assume-in-transaction"),
        (False, "--no-assume-in-transaction"),
    ):
        names = [str(file.resolve()) for file, whole in files.items() if whole is in_transaction]
        if names:
            found += _run([program, option, "--reporter", "json", *names], root)
    return [one for one in found if one.rule not in _SETTLED]


def _run(command: list[str], root: Path) -> list[Violation]:
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=root, capture_output=True, text=True, check=False
        )
        if done.returncode == 1 and done.stderr.startswith(_ALL_EXCLUDED):
            return []
        if done.returncode not in (0, 1):
            raise ValueError(done.stderr)
        return [
            Violation(Path(row["file"]), int(row["line"]) + 1, row["rule_name"], row["message"])
            for row in json.loads(done.stdout)
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        said = next(iter(str(error).splitlines()), "no message")
        raise PgproofError(
            f"{command[0]} failed: {said}",
            hint="Mend it, or uninstall it to plan without its findings.",
        ) from error
