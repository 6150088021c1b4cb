"""Destroy a server under load in every way; print a table and write build/chaos.json.

`python -m tests.chaos [NAME ...]` tries only the cases named. Exits 1 if an acknowledged
transaction was lost, doubled or damaged without anyone noticing, or a server did not come back.
"""

import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chaos.cases import CASES, Case
from tests.chaos.stage import stage
from tests.conftest import ROOT
from tests.servers import BUILD
from tests.tooling.backup.conftest import MEMORY, NEEDED
from tooling.backup import programs

HEAD = (
    f"{'case':<17} {'survived':<9} {'acked':>6} {'lost':>5} {'doubled':>8} {'undetected':>11} "
    f"{'recovery':>9}"
)
REPORT = ROOT / "build/chaos.json"


@dataclass(frozen=True)
class Verdict:
    """How a case went. Transactions; `recovery_seconds` is that of the commands."""

    name: str
    what: str
    survived: bool
    acknowledged: int
    lost: int
    duplicated: int
    undetected: int
    recovery_seconds: float
    seconds: float
    note: str = ""


def main(names: Sequence[str]) -> int:
    """Return 0 if everything survived."""
    chosen = [one for one in CASES if not names or one.name in names]
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED:
        tempfile.tempdir = str(MEMORY)
    if rsync := programs.rsync_folder(BUILD / "rsync"):
        os.environ["PATH"] = f"{rsync}:{os.environ['PATH']}"
    verdicts, left_out = [], []
    print(HEAD)
    for case in chosen:
        verdict = judge(case)
        if verdict is None:
            left_out.append(case.name)
            print(f"{case.name:<17} not tried: this account may not mount a disk")
            continue
        verdicts.append(verdict)
        print(line(verdict), flush=True)
    document = report(verdicts, left_out)
    if not names:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    said = " ".join(f"{key} {document[key]}" for key in
                    ("tried", "survived", "lost", "duplicated", "undetected"))  # fmt: skip
    print(f"\n{said}")
    return int(document["survived"] != document["tried"])


def judge(case: Case) -> Verdict | None:
    """Play a case on a stage of its own; None if this machine cannot."""
    began = time.monotonic()
    counted, recovery, note = (0, 0, 0, 0), 0.0, ""
    with ExitStack() as stack:
        disk: Path | None = None
        if case.disk:
            disk = stack.enter_context(case.disk())
            if disk is None:
                return None
        try:
            play = stack.enter_context(stage(data_in=disk))
            case.play(play)
            recovery = play.recovery_seconds
            play.write_for(1)
            counted = play.count()
        except Exception as error:
            traceback.print_exc()
            note = f"{type(error).__name__}: {error}"[:200]
    acknowledged, lost, duplicated, undetected = counted
    return Verdict(
        case.name, case.what, not (note or lost or duplicated or undetected), acknowledged, lost,
        duplicated, undetected, recovery, round(time.monotonic() - began, 1), note,
    )  # fmt: skip


def line(one: Verdict) -> str:
    return (
        f"{one.name:<17} {'yes' if one.survived else 'NO':<9} {one.acknowledged:>6} {one.lost:>5} "
        f"{one.duplicated:>8} {one.undetected:>11} {one.recovery_seconds:>8} s {one.note}"
    )


def report(verdicts: Sequence[Verdict], left_out: Sequence[str] = ()) -> dict[str, object]:
    """Return what scripts read."""
    return {
        "tried": len(verdicts),
        "survived": sum(one.survived for one in verdicts),
        "lost": sum(one.lost for one in verdicts),
        "duplicated": sum(one.duplicated for one in verdicts),
        "undetected": sum(one.undetected for one in verdicts),
        "cases": [asdict(one) for one in verdicts],
        "not_tried": list(left_out),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
