"""Run the whole matrix, print a table, write build/faults.json.

python -m tests.faults [--migrations DIR] [--first ID] [--every N] [--jobs N]
"""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.faults import nasty, victim
from tests.faults.matrix import Matrix, Outcome
from tooling.server.embedded import temporary_server
from tooling.settings import load

ROOT = Path(__file__).resolve().parents[2]
FILLS = Path(__file__).with_name("fills")


def main() -> int:
    """Return 0 if every case survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--migrations", type=Path, default=ROOT / "migrations")
    parser.add_argument("--first", default="", help="only migrations from this one on")
    parser.add_argument("--every", type=int, default=1, help="run one case of N")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="servers at work")
    options = parser.parse_args()
    console = Console()
    context = multiprocessing.get_context("fork")
    results: Queue[Outcome | int] = context.Queue()
    workers = [
        context.Process(target=_work, args=(options, share, results))
        for share in range(options.jobs)
    ]
    for worker in workers:
        worker.start()
    with Progress(console=console, disable=not console.is_terminal) as progress:
        outcomes = list(_collect(results, workers, progress))
    outcomes.sort(key=lambda one: (one.case.migration, one.case.fault, one.case.at))
    console.print(_table(outcomes))
    survived = sum(one.survived for one in outcomes)
    console.print(f"survived {survived} of {len(outcomes)}")
    report = ROOT / "build/faults.json"
    report.parent.mkdir(exist_ok=True)
    cases = list(map(_row, outcomes))
    report.write_text(json.dumps({"tried": len(outcomes), "survived": survived, "cases": cases}))
    whole = all(worker.exitcode == 0 for worker in workers)
    return 0 if whole and survived == len(outcomes) else 1


def _work(options: argparse.Namespace, share: int, results: "Queue[Outcome | int]") -> None:
    """Run a share of the cases on a server of its own; first send how many there are."""
    fills = {path.stem: path.read_text(encoding="utf-8") for path in FILLS.glob("*.sql")}
    with (
        temporary_server({"shared_buffers": "64MB", "checkpoint_timeout": "1h"}) as server,
        tempfile.TemporaryDirectory() as scratch,
    ):
        ours = Path(scratch) / "ours"
        ours.mkdir()
        matrices = (
            nasty.matrix(server, Path(scratch)),
            Matrix(server, load(options.migrations), ours, fills=fills),
        )
        todo = []
        for matrix in matrices:
            matrix.build()
            cases = [case for case in matrix.cases() if case.migration >= options.first]
            cases = cases[:: options.every]
            todo += [(matrix, case) for case in cases[share :: options.jobs]]
        results.put(len(todo))
        for matrix, case in todo:
            results.put(matrix.run(case))


def _collect(
    results: "Queue[Outcome | int]", workers: Sequence[BaseProcess], progress: Progress
) -> Iterator[Outcome]:
    """Yield outcomes until every worker is done; say at once what did not survive."""
    task = progress.add_task("cases", total=0)
    while True:
        try:
            got = results.get(timeout=1)
        except Empty:
            if not any(worker.is_alive() for worker in workers):
                return
            continue
        if isinstance(got, int):
            total = next(one.total for one in progress.tasks if one.id == task) or 0
            progress.update(task, total=total + got)
            continue
        if got.detail:
            progress.console.print(f"{got.case}: {got.detail}", style="red")
        progress.advance(task)
        yield got


def _row(outcome: Outcome) -> dict[str, object]:
    return {
        **asdict(outcome.case),
        "exit_code": outcome.exit_code,
        "survived": outcome.survived,
        "detail": outcome.detail,
    }


def _table(outcomes: list[Outcome]) -> Table:
    """Return a table of survived / tried, a row a migration, a column a fault."""
    tried: Counter[tuple[str, str]] = Counter()
    survived: Counter[tuple[str, str]] = Counter()
    for one in outcomes:
        key = (one.case.migration, one.case.fault)
        tried[key] += 1
        survived[key] += one.survived
    table = Table("migration", *victim.FAULTS, box=None)
    for name in dict.fromkeys(one.case.migration for one in outcomes):
        cells = (f"{survived[name, fault]} / {tried[name, fault]}" for fault in victim.FAULTS)
        table.add_row(name, *cells)
    return table


if __name__ == "__main__":
    sys.exit(main())
