"""The alerts and recorded series of monitoring/prometheus/rules."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import yaml

from tests.monitoring.programs import MONITORING

FILES = sorted((MONITORING / "prometheus/rules").glob("*.yml"))


def content(file: Path) -> dict[str, Any]:
    """Return what a file of rules says."""
    read: dict[str, Any] = yaml.safe_load(file.read_text())
    return read


def all_rules() -> list[dict[str, Any]]:
    """Return every rule."""
    return [rule for file in FILES for group in content(file)["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    """Return every rule that raises an alert."""
    return [rule for rule in all_rules() if "alert" in rule]


def names(expression: str) -> set[str]:
    """Return the metrics that an expression reads. Raises ValueError if it is not PromQL."""
    return set(_names(promql_parser.parse(expression)))


def _names(expr: Any) -> Iterator[str]:
    if isinstance(expr, promql_parser.VectorSelector):
        if expr.name:
            yield expr.name
        return
    for part in ("expr", "lhs", "rhs", "vector_selector", "param"):
        below = getattr(expr, part, None)
        if isinstance(below, promql_parser.Expr):
            yield from _names(below)
    for below in getattr(expr, "args", ()) or ():
        yield from _names(below)
