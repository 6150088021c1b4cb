"""Lock modes of tables, and what a statement does to one."""

from dataclasses import dataclass

ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"
EXCLUSIVE = "EXCLUSIVE"
SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
SHARE = "SHARE"
SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
ROW_EXCLUSIVE = "ROW EXCLUSIVE"
ROW_SHARE = "ROW SHARE"
ACCESS_SHARE = "ACCESS SHARE"

MODES = (
    "",
    ACCESS_SHARE,
    ROW_SHARE,
    ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    EXCLUSIVE,
    ACCESS_EXCLUSIVE,
)
"""In the order of PostgreSQL's lock numbers, 1 to 8."""


@dataclass(frozen=True)
class Effect:
    """A lock on a relation, named as the statement names it; `note` says what else to know."""

    relation: str
    lock: str
    rewrites: bool = False
    scans: bool = False
    note: str = ""


def strength(lock: str) -> int:
    """Return the lock's number in PostgreSQL: 1 is the weakest, 8 the strongest."""
    return MODES.index(lock)
