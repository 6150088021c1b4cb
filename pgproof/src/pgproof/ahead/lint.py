"""squawk's opinion of a file: statements that its rules call unsafe."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Violation:
    """One finding; `line` counts from 1."""

    path: Path
    line: int
    rule: str
    message: str


def lint(files: Sequence[Path], root: Path) -> list[Violation] | None:
    """Run squawk with the configuration of `root`. Returns None where it is not installed."""
    beside = Path(sys.executable).with_name("squawk")
    program = str(beside) if beside.is_file() else shutil.which("squawk")
    if program is None:
        return None
    if not files:
        return []
    names = [str(file.resolve()) for file in files]
    done = subprocess.run(  # noqa: S603
        [program, "--reporter", "json", *names],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        rows = json.loads(done.stdout or "[]")
    except json.JSONDecodeError:
        return None
    return [
        Violation(Path(row["file"]), int(row["line"]) + 1, row["rule_name"], row["message"])
        for row in rows
    ]
