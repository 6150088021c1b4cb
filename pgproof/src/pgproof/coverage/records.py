"""What was measured: objects that tests touch, and statements and branches that ran."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("table", "column", "constraint", "index", "policy", "grant", "function")
PLURALS = {"index": "indexes", "policy": "policies"}


@dataclass(frozen=True)
class Object:
    """An object; `missing` says what no test did with it, None if it is covered."""

    kind: str
    name: str
    missing: str | None
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """A statement, or one way of a decision, at a line of a body; `tests` is how many ran it."""

    line: int
    tests: int
    branch: str | None = None
    decision: int = 0


@dataclass(frozen=True)
class Measured:
    """A function of PL/pgSQL; `file` contains its body, which begins in the line `first`."""

    name: str
    source: str
    ways: tuple[Way, ...]
    file: Path | None
    first: int

    @property
    def statements(self) -> tuple[Way, ...]:
        """Return what runs, in the order of the text."""
        return tuple(one for one in self.ways if one.branch is None)

    @property
    def branches(self) -> tuple[Way, ...]:
        """Return the ways that decisions can go."""
        return tuple(one for one in self.ways if one.branch is not None)

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program; lines are those of the file, or of the body without one."""
        return {
            "name": self.name,
            "file": str(self.file) if self.file else None,
            "statements": len(self.statements),
            "statements_covered": ran(self.statements),
            "branches": len(self.branches),
            "branches_covered": ran(self.branches),
            "missing": [
                {"line": one.line + self.first - 1, "branch": one.branch}
                for one in self.ways
                if not one.tests
            ],
        }


@dataclass(frozen=True)
class File:
    """A test file; `fault` says why it fails, `disturbed` why it does on the copy with probes."""

    name: str
    assertions: int
    fault: str | None
    disturbed: str | None


@dataclass(frozen=True)
class Coverage:
    """What the tests of a database cover."""

    version: str
    files: tuple[File, ...]
    objects: tuple[Object, ...]
    functions: tuple[Measured, ...]
    unmeasured: tuple[str, ...]
    """What cannot be measured, each with the reason."""
    seconds: float

    @property
    def statements(self) -> list[Way]:
        """Return the statements of all functions."""
        return [one for function in self.functions for one in function.statements]

    @property
    def branches(self) -> list[Way]:
        """Return the branches of all functions."""
        return [one for function in self.functions for one in function.branches]

    @property
    def uncovered(self) -> list[Object]:
        """Return the objects that no test touches."""
        return [one for one in self.objects if one.missing]

    @property
    def failed(self) -> list[File]:
        """Return the test files that fail."""
        return [one for one in self.files if one.fault]

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Return by kind how many objects are covered, of how many."""
        all_of = Counter(one.kind for one in self.objects)
        covered = Counter(one.kind for one in self.objects if not one.missing)
        return {kind: (covered[kind], all_of[kind]) for kind in KINDS}

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "version": self.version,
            "objects": len(self.objects),
            "covered": len(self.objects) - len(self.uncovered),
            "statements": len(self.statements),
            "statements_covered": ran(self.statements),
            "branches": len(self.branches),
            "branches_covered": ran(self.branches),
            "kinds": {
                PLURALS.get(kind, f"{kind}s"): {"covered": covered, "objects": count}
                for kind, (covered, count) in self.by_kind().items()
            },
            "uncovered": [
                {"kind": one.kind, "name": one.name, "missing": one.missing}
                for one in self.uncovered
            ],
            "functions": [one.as_dict() for one in self.functions],
            "touched_by": {
                f"{one.kind} {one.name}": list(one.tests) for one in self.objects if one.tests
            },
            "unmeasured": list(self.unmeasured),
            "failed": [{"file": one.name, "fault": one.fault} for one in self.failed],
            "disturbed": [
                {"file": one.name, "fault": one.disturbed} for one in self.files if one.disturbed
            ],
            "assertions": sum(one.assertions for one in self.files),
            "files": len(self.files),
            "seconds": self.seconds,
        }


def ran(ways: Iterable[Way]) -> int:
    """Return how many of them ran."""
    return sum(one.tests > 0 for one in ways)


def percent(covered: int, count: int) -> float:
    """Return a share in percent, cut to one decimal: 100 is all of them."""
    return 100.0 if count == 0 else (1000 * covered // count) / 10
