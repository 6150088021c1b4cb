"""Lock modes of tables, and what a statement does to one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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

AT_THE_END = "locked at the end alone, when nobody uses it any more"
"""How CONCURRENTLY takes its strongest lock on an index that goes."""


@dataclass(frozen=True)
class Effect:
    """A lock on a relation; `note` says what else to know.

    The name is as the search path finds it. Without one, the note says what is not predicted.
    """

    relation: str
    lock: str
    rewrites: bool = False
    scans: bool = False
    note: str = ""


def mode_of(name: str) -> str:
    """Turn `ShareUpdateExclusiveLock`, as pg_locks has it, into `SHARE UPDATE EXCLUSIVE`."""
    spaced = "".join(f" {c}" if c.isupper() else c for c in name.removesuffix("Lock"))
    return spaced.strip().upper()


def strength(lock: str) -> int:
    """Return the lock's number in PostgreSQL: 1 is the weakest, 8 the strongest."""
    return MODES.index(lock)


def merged(effects: Iterable[Effect]) -> list[Effect]:
    """Return one effect a relation, with its strongest lock and all that is done to it."""
    found: dict[object, Effect] = {}
    for one in effects:
        key = one.relation or one
        before = found.get(key)
        if before is None:
            found[key] = one
            continue
        notes = dict.fromkeys(note for note in (*before.note.split("; "), one.note) if note)
        found[key] = replace(
            before,
            lock=max(before.lock, one.lock, key=strength),
            rewrites=before.rewrites or one.rewrites,
            scans=before.scans or one.scans,
            note="; ".join(notes),
        )
    return list(found.values())
