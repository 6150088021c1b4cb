"""Why the runner refuses: everything at once, one line each."""

from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import RefusedError


@dataclass(frozen=True)
class Problem:
    """Why the runner refuses: one line, what to do about it, and where."""

    path: Path
    line: int
    message: str
    remedy: str
    kind: str = "file"

    def __str__(self) -> str:
        """Return `file:line: message`."""
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{place}: {self.message}"


def refuse(problems: list[Problem]) -> None:
    """Raise RefusedError with one line a problem; do nothing without one."""
    if not problems:
        return
    remedies = dict.fromkeys(problem.remedy for problem in problems)
    if len(problems) == 1:
        raise RefusedError(str(problems[0]), hint=problems[0].remedy)
    lines = "\n".join(f"  {problem}" for problem in problems)
    raise RefusedError(
        f"{len(problems)} problems; nothing was touched\n{lines}",
        hint="\n      ".join(remedies),
    )
