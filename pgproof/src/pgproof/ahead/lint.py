"""squawk's opinion of a file: statements that its rules call unsafe."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import PgproofError

_ALL_EXCLUDED = "Failed to find files"
"""What it says where its configuration excludes every file."""


@dataclass(frozen=True)
class Violation:
    """One finding; `line` counts from 1."""

    path: Path
    line: int
    rule: str
    message: str


def lint(files: Sequence[Path], root: Path) -> list[Violation] | None:
    """Run squawk with the configuration of `root`. Returns None where it is not installed.

    Raises PgproofError if it fails, for then nobody knows what it would have found.
    """
    beside = Path(sys.executable).with_name("squawk")
    program = str(beside) if beside.is_file() else shutil.which("squawk")
    if program is None:
        return None
    if not files:
        return []
    names = [str(file.resolve()) for file in files]
    try:
        done = subprocess.run(  # noqa: S603
            [program, "--reporter", "json", *names],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
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
            f"{program} failed: {said}",
            hint="Mend it, or uninstall it to plan without its findings.",
        ) from error
