"""Plant every fault in a copy of a sound database; print a table, write build/integrity.json.

`python -m tests.integrity [WORD ...]` plants only those whose name holds one of the words. Exits 1
if the check that is named for a fault does not find it, or a sound database is complained of.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from click.testing import CliRunner

from tests.attacks.world import ROOT
from tests.conftest import close
from tests.integrity.case import Case
from tests.integrity.suite import CASES
from tests.integrity.world import planted
from tests.tamper.world import Copy, World
from tooling.cli import group
from tooling.errors import Exit
from tooling.server.embedded import temporary_server

REPORT = ROOT / "build/integrity.json"
SOUND = Case("nothing is done", "", lambda _copy: None)


@dataclass(frozen=True)
class Verdict:
    """A fault, the checks that found an error, and the exit code of the command."""

    case: Case
    found_by: tuple[str, ...]
    exit_code: int
    findings: tuple[str, ...] = ()

    @property
    def is_found(self) -> bool:
        """Whether the check that has to find it did, and the exit code says so."""
        wanted = {Exit.DAMAGED} if self.case.check == "unreadable" else {Exit.DAMAGED, Exit.UNSOUND}
        return self.case.check in self.found_by and self.exit_code in wanted


def main(words: Sequence[str]) -> int:
    """Return 0 if every fault is found, and nothing where nothing is wrong."""
    chosen = [one for one in CASES if not words or any(word in one.name for word in words)]
    with temporary_server() as server, planted(server) as world:
        sound = judge(world, 0, SOUND)
        verdicts = []
        for number, one in enumerate(chosen, 1):
            try:
                verdict = judge(world, number, one)
            except Exception as error:
                print("FAILED", one.name, error, flush=True)
                continue
            verdicts.append(verdict)
            mark = "found " if verdict.is_found else "MISSED"
            print(f"{mark}  {one.name}: {', '.join(verdict.found_by)}", flush=True)
    found = sum(verdict.is_found for verdict in verdicts)
    print(f"\nplanted {len(verdicts)}, found {found}")
    if sound.found_by:
        print(f"found in a sound database: {', '.join(sound.found_by)}")
    if not words:
        write(verdicts, sound)
    return int(found < len(verdicts) or bool(sound.found_by))


def judge(world: World, number: int, one: Case) -> Verdict:
    """Plant a fault in a copy, and run the command on it."""
    with world.copy(f"eagle_integrity_{number}") as copy:
        close(copy.server.url(copy.database))
        one.planting(copy)
        return look(copy, one)


def look(copy: Copy, one: Case) -> Verdict:
    """Run the command as the operator."""
    url = copy.server.url(copy.database, "eagle_operator")
    done = CliRunner().invoke(group, ["integrity", "--json", "--dsn", url], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    report = json.loads(done.stdout)
    errors = [row for row in report["found"] if row["severity"] == "error"]
    found = tuple(row["check_name"] for row in errors)
    texts = tuple(text for row in errors for text in row["findings"])
    return Verdict(one, found, done.return_value, texts)


def write(verdicts: Sequence[Verdict], sound: Verdict) -> None:
    """Write the report that scripts read."""
    REPORT.parent.mkdir(exist_ok=True)
    report = {
        "planted": len(verdicts),
        "found": sum(verdict.is_found for verdict in verdicts),
        "false": len(sound.found_by),
        "faults": [
            {"name": one.case.name, "is_found": one.is_found, "found_by": list(one.found_by)}
            for one in verdicts
        ],
    }
    REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
