"""What a statement did to files and rows, from what was there before it and after it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pgproof.trace.records import Scan
from pgproof.trace.relations import STORED, Relation, Snapshot

_BLOCK = 8192


@dataclass(frozen=True)
class Work:
    """Heaps and indexes that were copied into new files, and tables that were read whole.

    `empty` names tables without rows that would have been rewritten or read, had they had any.
    """

    rewrites: tuple[str, ...]
    scans: tuple[Scan, ...]
    rows: int
    empty: tuple[str, ...] = ()


def work(
    before: Snapshot,
    after: Snapshot,
    names: Snapshot,
    *,
    truncates: bool = False,
    vacuums: bool = False,
) -> Work:
    """Compare two moments; counters of `before` count from where they stand.

    Reported are the relations of `names`, by the name that they have there. Of a statement that
    `truncates`, tables that were empty tell nothing; one that `vacuums` reads without counting
    scans or rows.
    """
    named = {oid: one for oid, one in names.items() if oid in before}
    rewrites = [one.label for oid, one in named.items() if _rewritten(before[oid], before, after)]
    scans = []
    empty = []
    for oid, one in named.items():
        if oid not in after or one.kind not in STORED:
            continue
        old, new = before[oid], after[oid]
        times, read = new.scans - old.scans, new.read - old.read
        blocks = -(-old.size // _BLOCK)
        counted = (times > 0 and read > 0) or (vacuums and blocks > 0)
        if counted and new.fetched - old.fetched >= blocks:
            scans.append(Scan(one.label, times, read))
        if old.size == 0 and not truncates and (times > 0 or new.file != old.file):
            empty.append(one.label)
    rows = sum(one.changed - before[oid].changed for oid, one in after.items() if oid in before)
    rows += sum(one.changed for oid, one in after.items() if oid not in before)
    return Work(
        tuple(sorted(rewrites)),
        tuple(sorted(scans, key=lambda one: one.relation)),
        rows,
        tuple(sorted(empty)),
    )


def _rewritten(old: Relation, before: Snapshot, after: Snapshot) -> bool:
    """Whether rows were copied into another file, and not only a new file begun."""
    if old.kind == "i":
        return any(_built(old, new, before, after) for new in _heirs(old, after))
    new = after.get(old.oid)
    if new is None or old.kind not in STORED or new.file == old.file or new.size == 0:
        return False
    filled = new.inserted > old.inserted and new.read == old.read
    return old.kind == "m" or not filled


def _heirs(old: Relation, after: Snapshot) -> Iterator[Relation]:
    """Yield the index as it is afterwards: itself, or the one made in its place."""
    if old.oid in after:
        yield after[old.oid]
        return
    for one in after.values():
        if one.kind == "i" and one.table == old.table and one.label == old.label:
            yield one


def _built(old: Relation, new: Relation, before: Snapshot, after: Snapshot) -> bool:
    """Whether an index was built anew over rows that were there."""
    if new.file == old.file:
        return False
    heap_before, heap = before.get(old.table), after.get(new.table)
    if heap_before is None or heap is None or heap.size == 0:
        return False
    return heap.file == heap_before.file or _rewritten(heap_before, before, after)
