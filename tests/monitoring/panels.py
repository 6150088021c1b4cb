"""The panels of the dashboards, and whether each of their expressions returns data."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.monitoring.api import Prometheus
from tests.monitoring.programs import MONITORING

FILES = sorted((MONITORING / "grafana/dashboards").glob("*.json"))


@dataclass(frozen=True)
class Panel:
    """A panel that shows something, by its dashboard and title."""

    dashboard: str
    title: str
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """What became of a panel: how many series its expressions returned, the least of them."""

    dashboard: str
    title: str
    series: int
    problem: str | None = None


def raw(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the panels of a dashboard as they stand in its file, rows included."""
    for panel in json.loads(file.read_text())["panels"]:
        yield panel
        yield from panel.get("panels", [])


def panels() -> list[Panel]:
    """Return all panels but the rows."""
    return [
        Panel(file.stem, one["title"], tuple(target["expr"] for target in one["targets"]))
        for file in FILES
        for one in raw(file)
        if one["type"] != "row"
    ]


def look(panel: Panel, prometheus: Prometheus) -> Shown:
    """Return what a panel shows, as soon as all of its expressions return data."""
    counts: list[int] = []

    def has_data() -> bool:
        counts[:] = [_numbers(prometheus, one) for one in panel.expressions]
        return min(counts) > 0

    try:
        prometheus.wait_for(has_data, "data")
    except (TimeoutError, OSError) as error:
        return Shown(panel.dashboard, panel.title, min(counts, default=0), str(error))
    return Shown(panel.dashboard, panel.title, min(counts))


def _numbers(prometheus: Prometheus, expression: str) -> int:
    found = prometheus.query(expression)
    return sum(not math.isnan(float(series["value"][1])) for series in found)
