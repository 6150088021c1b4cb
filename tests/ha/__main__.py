"""Strike at each node of a cluster under load, print a table, write build/ha.json.

python -m tests.ha [CASE ...]
"""

import argparse
import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from tests.conftest import ROOT
from tests.ha.cases import CASES, prepare, run
from tests.ha.cluster import cluster

REPORT = ROOT / "build/ha.json"


def main(arguments: list[str]) -> int:
    """Return 1 if anything acknowledged is lost or there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help=", ".join(CASES))
    given = parser.parse_args(arguments)
    with cluster() as made:
        prepare(made)
        outcomes = list(run(made, given.cases or list(CASES)))
    table = Table(
        "case", "acknowledged", "lost", "duplicated", "no commit for", "whole again after"
    )
    for one in outcomes:
        numbers = (one.acknowledged, one.lost, one.duplicated)
        seconds = (f"{one.outage_seconds} s", f"{one.whole_seconds} s")
        table.add_row(one.case, *map(str, numbers), *seconds)
    Console().print(table)
    lost = sum(one.lost for one in outcomes)
    double = sum(one.duplicated for one in outcomes)
    report = {
        "tried": len(outcomes),
        "survived": sum(not (one.lost or one.duplicated) for one in outcomes),
        "lost": lost,
        "duplicated": double,
        "cases": [asdict(one) for one in outcomes],
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if lost or double else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
