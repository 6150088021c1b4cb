"""What a review lets pass: the setting `budgets`. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from pgproof.errors import InputError, nearest

DEFAULTS = {
    "longest_lock": "1s",
    "largest_rewrite": "100MB",
    "largest_read": "1GB",
    "rollback_loses": "new",
    "irreversible": "allowed",
    "deadlocks": "allowed",
    "drift": "allowed",
    "findings": "allowed",
}
UNLIMITED = "unlimited"
_TIMES = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_SIZES = {"b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3, "tb": 1024**4}
_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.IGNORECASE | re.ASCII)
_WORDS = {
    "rollback_loses": ("none", "new", "any"),
    "irreversible": ("allowed", "refused"),
    "deadlocks": ("allowed", "refused"),
    "drift": ("allowed", "refused"),
    "findings": ("allowed", "unconfirmed", "refused"),
}


@dataclass(frozen=True)
class Budgets:
    """Seconds and bytes, and words of `_WORDS`."""

    longest_lock: float
    """How long ACCESS EXCLUSIVE on a relation that was there may be held."""
    largest_rewrite: float
    """How large a relation may be that is rewritten."""
    largest_read: float
    """How large one may be that is read whole while nobody may write to it."""
    rollback_loses: str
    """What a rollback may delete: nothing, what is new with the migration, or anything."""
    irreversible: str
    deadlocks: str
    drift: str
    findings: str
    """Which findings of a linter are let pass: all, those that were not confirmed, or none."""
    given: Mapping[str, str]
    """All of them as they were written."""


def budgets(given: Mapping[str, str], origin: str = "budgets") -> Budgets:
    """Return the defaults, with what is given instead. Raises InputError naming key and remedy.

    `origin` says where they are given.
    """
    for key in given:
        if key not in DEFAULTS:
            meant = nearest(key, DEFAULTS)
            known = f"Did you mean {meant}?" if meant else f"Known: {', '.join(sorted(DEFAULTS))}."
            raise InputError(f"{origin}: unknown budget {key!r}", hint=known)
    said = {**DEFAULTS, **given}
    for key, words in _WORDS.items():
        if said[key] not in words:
            raise InputError(
                f"{origin}: {key} is {said[key]!r}", hint=f"Write one of: {', '.join(words)}."
            )
    return Budgets(
        longest_lock=_amount(origin, said, "longest_lock", _TIMES, "500ms, 2s or unlimited"),
        largest_rewrite=_amount(origin, said, "largest_rewrite", _SIZES, "100MB, 2GB or unlimited"),
        largest_read=_amount(origin, said, "largest_read", _SIZES, "100MB, 2GB or unlimited"),
        **{key: said[key] for key in _WORDS},
        given=said,
    )


def _amount(
    origin: str, said: Mapping[str, str], key: str, units: Mapping[str, float], examples: str
) -> float:
    text = said[key]
    if text.strip().lower() == UNLIMITED:
        return inf
    match = _AMOUNT.fullmatch(text)
    if match is None or match[2].lower() not in units:
        raise InputError(f"{origin}: {key} is {text!r}", hint=f"Write it as {examples}.")
    return float(match[1]) * units[match[2].lower()]
