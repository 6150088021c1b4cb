"""Sqitch: a plan of changes, and a script in deploy/ and one in revert/ for each."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pgproof.files.problem import Problem, collecting, refuse
from pgproof.foreign.original import Original, Originals, text_of

_CHANGE = re.compile(r"\s*([+-]?)\s*([^\s@%\[]\S*)(?:\s+\[([^\]]*)\])?")
_PROJECT = re.compile(r"%project\s*=\s*(\S+)")


@dataclass
class _Change:
    """A line of the plan; `tags` are those up to the next line of the same name."""

    name: str
    number: int
    line: int
    tags: list[str] = field(default_factory=list)
    is_reworked: bool = False


def read(folder: Path) -> Originals:
    """Read the folder of `sqitch.plan`. Raises RefusedError for what cannot be converted."""
    plan = folder / "sqitch.plan"
    project = _PROJECT.search(text_of(plan))
    changes, problems = _changes(plan)
    found = []
    for change in changes:
        key = change.name if change.number == 1 else f"{change.name}#{change.number}"
        file = _file(folder / "deploy", change)
        script, undo = folder / "deploy" / file, folder / "revert" / file
        with collecting(problems):
            down = text_of(undo) if undo.is_file() else ""
            found.append(Original(key, change.name, script, text_of(script), down))
    refuse(problems)
    return Originals(tuple(found), values={"project": project[1] if project else ""})


def _changes(plan: Path) -> tuple[list[_Change], list[Problem]]:
    changes: list[_Change] = []
    problems: list[Problem] = []
    latest: dict[str, _Change] = {}
    count: Counter[str] = Counter()
    for number, line in enumerate(text_of(plan).splitlines(), 1):
        said = line.split("#", 1)[0].strip()
        if said.startswith("@"):
            for change in latest.values():
                change.tags.append(said.split()[0])
        match = _CHANGE.match(said)
        if not said or said[0] in "@%" or match is None:
            continue
        sign, name, needed = match.groups()
        if sign == "-":
            problems.append(Problem(plan, number, "a line that reverts", "Remove it."))
        for other in (needed or "").split():
            if ":" in other:
                message = f"needs {other} of another project"
                remedy = "Deploy that project first, and remove the dependency."
                problems.append(Problem(plan, number, message, remedy))
        count[name] += 1
        if name in latest:
            latest[name].is_reworked = True
        latest[name] = _Change(name, count[name], number)
        changes.append(latest[name])
    return changes, problems


def _file(deploy: Path, change: _Change) -> str:
    """Return the name of a change's scripts; one that was reworked later has a tag in it."""
    tags = change.tags if change.is_reworked else []
    names = [f"{change.name}{tag}.sql" for tag in tags] or [f"{change.name}.sql"]
    return next((name for name in names if (deploy / name).is_file()), names[0])
