"""Why the runner refuses: everything at once, one line each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import RefusedError

COPY_STDIN = (
    "COPY FROM STDIN: a migration has no standard input",
    "Write INSERT … VALUES, or load the data with a seed.",
)
"""What is wrong with a statement that reads the standard input, and the remedy."""


@dataclass(frozen=True)
class Problem:
    """Why the runner refuses: one line, what to do about it, and where."""

    path: Path
    line: int
    message: str
    remedy: str
    kind: str = "refused"

    def __str__(self) -> str:
        """Return `file:line: message`."""
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.message}"


class FaultyError(RefusedError):
    """Refused for `problems`: one line each."""

    def __init__(self, problems: list[Problem]):
        message = str(problems[0])
        if len(problems) > 1:
            lines = "\n".join(f"  {problem}" for problem in problems)
            message = f"{len(problems)} problems; nothing was touched\n{lines}"
        remedies = dict.fromkeys(problem.remedy for problem in problems)
        super().__init__(message, hint=" ".join(remedies))
        self.problems = problems


def refuse(problems: list[Problem]) -> None:
    """Raise FaultyError with one line a problem; do nothing without one."""
    if problems:
        raise FaultyError(problems)


@contextmanager
def collecting(problems: list[Problem]) -> Iterator[None]:
    """Add to `problems` what the block refuses, instead of raising it; the block ends there."""
    try:
        yield
    except FaultyError as error:
        problems += error.problems
