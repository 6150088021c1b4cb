"""Indexes, REINDEX, CLUSTER, VACUUM, ANALYZE, REFRESH and LOCK."""

from collections.abc import Iterator
from typing import Any

from pgproof.ahead import queries
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Relation
from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    AT_THE_END,
    EXCLUSIVE,
    MODES,
    SHARE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
)
from pgproof.ahead.names import label, name_of, named, on


def create_index(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what CREATE INDEX does."""
    there = tree.idxname and catalogue.find(tree.idxname, tree.relation.schemaname)
    scans = not (there and tree.if_not_exists)
    if tree.concurrent:
        note = "scanned twice; waits for every transaction that is older"
        yield Effect(label(catalogue, tree.relation), SHARE_UPDATE_EXCLUSIVE, False, scans, note)
    else:
        note = "writers wait for the build" if scans else "the index is there already"
        yield from named(catalogue, tree.relation, SHARE, note, scans=scans)


def reindex(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what REINDEX does: readers wait for the indexes, since they plan by them."""
    concurrent = any(option.defname == "concurrently" for option in tree.params or ())
    if tree.relation is None:
        yield Effect("", "", note="every index of it is built anew: not predicted")
        return
    lock = SHARE_UPDATE_EXCLUSIVE if concurrent else SHARE
    built = f"built anew; {AT_THE_END}" if concurrent else "built anew"
    found = catalogue.named(tree.relation)
    if tree.kind == "REINDEX_OBJECT_INDEX":
        yield Effect(label(catalogue, tree.relation), ACCESS_EXCLUSIVE, rewrites=True, note=built)
        if found is not None and found.owner in catalogue.relations:
            tables = catalogue.tree(catalogue.relations[found.owner])
            yield from on(catalogue, tables, lock, "read for its index", scans=True)
        elif not catalogue.known:
            yield Effect("", "", note=f"the index's table is read and locked {lock}")
        return
    if found is None:
        note = "" if concurrent else "its indexes are locked ACCESS EXCLUSIVE: readers wait"
        yield Effect(name_of(tree.relation), lock, scans=True, note=note)
        return
    for table in catalogue.tree(found):
        yield from on(catalogue, (table,), lock, scans=True)
        for index in catalogue.owned(table, "i"):
            yield Effect(catalogue.label(index), ACCESS_EXCLUSIVE, rewrites=True, note=built)


def vacuum(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what VACUUM or ANALYZE does. ANALYZE reads a sample."""
    full = any(option.defname == "full" for option in tree.options or ())
    lock = ACCESS_EXCLUSIVE if full else SHARE_UPDATE_EXCLUSIVE
    for one in tree.rels or ():
        found = catalogue.named(one.relation)
        vacuums = bool(tree.is_vacuumcmd)
        if found is None:
            yield Effect(name_of(one.relation), lock, full, vacuums)
        else:
            whole = catalogue.tree(found)
            yield from on(catalogue, whole, lock, scans=vacuums, rewrites=full)


def cluster(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what CLUSTER does."""
    if tree.relation is not None:
        name = label(catalogue, tree.relation)
        yield Effect(name, ACCESS_EXCLUSIVE, rewrites=True, scans=True)


def refresh(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what REFRESH does. An index that is built anew, or CONCURRENTLY, reads its rows."""
    found = catalogue.named(tree.relation)
    name = label(catalogue, tree.relation)
    if tree.concurrent:
        note = "its query runs; what has changed is compared"
        yield Effect(name, EXCLUSIVE, scans=True, note=note)
        yield from queries.refreshed(found, catalogue) if found else ()
    elif tree.skipData:
        yield Effect(name, ACCESS_EXCLUSIVE, note="every row is removed")
    else:
        indexed = found is None or bool(catalogue.owned(found, "i"))
        note = "its query runs and replaces every row"
        yield Effect(name, ACCESS_EXCLUSIVE, rewrites=True, scans=indexed, note=note)
        yield from queries.refreshed(found, catalogue) if found else ()


def lock_table(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what LOCK TABLE does: of a view, to all that it reads."""
    mode = MODES[tree.mode]
    for one in tree.relations:
        found = catalogue.named(one)
        yield from named(catalogue, one, mode)
        if found is not None and found.kind == "v":
            yield from on(catalogue, _read(catalogue, found), mode, "is read by the view")


def _read(catalogue: Catalogue, view: Relation) -> Iterator[Relation]:
    for one in catalogue.read_by(view):
        if one.kind == "v":
            yield one
            yield from _read(catalogue, one)
        elif one.kind != "m":
            yield from catalogue.tree(one)
