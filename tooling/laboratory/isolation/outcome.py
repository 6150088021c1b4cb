"""What a measurement of isolation found."""

from dataclasses import dataclass
from typing import Any

LIMIT = 1.1
"""The greatest ratio of what a query costs to what it cost without."""


@dataclass(frozen=True)
class Outcome:
    """A table, the same figures for JSON, and whether one of them is over its limit."""

    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    figures: Any
    is_over: bool = False
