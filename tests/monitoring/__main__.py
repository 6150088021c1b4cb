"""Evaluate each panel, raise and clear each alert by its fault; writes build/monitoring.json.

python -m tests.monitoring [CASE ...]
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from tests.conftest import ROOT
from tests.monitoring import faster, panels, suite
from tests.monitoring.case import CASES, Verdict
from tests.monitoring.panels import Shown
from tests.monitoring.stack import stack

REPORT = ROOT / "build/monitoring.json"


def main(arguments: list[str]) -> int:
    """Return 1 unless each panel shows data, and each alert fires, is told and clears."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help=", ".join(one.name for one in CASES))
    wanted = parser.parse_args(arguments).cases
    chosen = [one for one in CASES if not wanted or one.name in wanted]
    console = Console()
    with stack() as made:
        shown = [panels.look(one, made.prometheus) for one in panels.panels()]
        verdicts = [one for few in suite.run(made, chosen) for one in few]
    console.print(_table_of_panels(shown), _table_of_alerts(verdicts))
    report = {
        "panels": {"tried": len(shown), "with_data": sum(one.series > 0 for one in shown)},
        "alerts": {
            "tried": len(verdicts),
            "fired": sum(one.fired for one in verdicts),
            "cleared": sum(one.cleared for one in verdicts),
            "told": sum(bool(one.told) for one in verdicts),
        },
        "cases": [asdict(one) for one in verdicts],
        "shown": [asdict(one) for one in shown],
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    console.print(report["panels"], report["alerts"])
    good = all(one.series > 0 for one in shown)
    return 0 if good and all(one.is_good for one in verdicts) else 1


def _table_of_panels(shown: Sequence[Shown]) -> Table:
    table = Table("dashboard", "panel", "series", title="Panels", title_justify="left")
    for one in shown:
        table.add_row(one.dashboard, one.title, one.problem or str(one.series))
    return table


def _table_of_alerts(verdicts: Sequence[Verdict]) -> Table:
    heads = ("alert", "fault", "fired after", "told", "cleared after")
    table = Table(*heads, title=f"Alerts, {faster.TIMES} times as fast", title_justify="left")
    for one in verdicts:
        fired = f"{one.fired_after} s" if one.fired else "NEVER"
        cleared = f"{one.cleared_after} s" if one.cleared else "NEVER"
        table.add_row(one.alert, one.problem or one.how, fired, one.told, cleared)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
