"""Statements that read or change rows: writes in CTEs, triggers, rules, foreign keys, functions."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pgproof.ahead.bodies import of_function
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import STORED, Constraint, Relation
from pgproof.ahead.functions import unpredicted, walk
from pgproof.ahead.locks import ACCESS_SHARE, ROW_EXCLUSIVE, ROW_SHARE, Effect
from pgproof.ahead.names import label

_EVENTS = {
    "InsertStmt": ("INSERT",),
    "UpdateStmt": ("UPDATE",),
    "DeleteStmt": ("DELETE",),
}
_MERGED = {"CMD_INSERT": "INSERT", "CMD_UPDATE": "UPDATE", "CMD_DELETE": "DELETE"}
_BY_PLAN = "read from beginning to end, as the server plans it"
_ALL = "all rows are read"
_FOLLOWING = ("c", "n", "d")
"""What pg_constraint calls CASCADE, SET NULL and SET DEFAULT."""


def query(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what a query does: of SELECT only what it writes, locks, or what is not predicted."""
    for node in walk(tree):
        if node.is_a(*_EVENTS, "MergeStmt"):
            yield from _writes(node, catalogue)
        elif node.is_a("SelectStmt") and node.lockingClause:
            for one in node.fromClause or ():
                if one.is_a("RangeVar"):
                    yield Effect(label(catalogue, one), ROW_SHARE)
    yield from reads(tree, catalogue)
    yield from unpredicted(catalogue, tree)


def reads(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield the tables that the statement of a query reads whole.

    They are those of the server's plan. Where it has none, as of a table that a statement before
    makes or alters, they are those that there is no other way to read.
    """
    names = catalogue.planned()
    if names is not None:
        yield from _planned(names, catalogue)
        return
    asked = tree.selectStmt if tree.is_a("InsertStmt") else tree
    if asked is None:
        return
    if asked.is_a("SelectStmt"):
        yield from _read_whole(asked, catalogue)
    elif asked.is_a("MergeStmt"):
        sources = (asked.relation, asked.sourceRelation)
        yield from _all_of([one for one in sources if one.is_a("RangeVar")], catalogue)
    elif asked.is_a("UpdateStmt", "DeleteStmt") and asked.whereClause is not None:
        others = asked.fromClause or asked.usingClause
        if not others and not _may_use_an_index(asked.relation, asked.whereClause, catalogue):
            yield from _all_of([asked.relation], catalogue)


def refreshed(view: Relation, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield the tables that the query of a materialized view reads whole."""
    if catalogue.planner is not None and view.oid > 0:
        yield from _planned(catalogue.planner.view(view.schema, view.name) or (), catalogue)


def _planned(names: Iterable[tuple[str, str]], catalogue: Catalogue) -> Iterator[Effect]:
    for schema, name in sorted(names):
        found = catalogue.find(name, schema)
        if found is not None and found.kind in STORED:
            yield Effect(catalogue.label(found), ACCESS_SHARE, scans=True, note=_BY_PLAN)


def _all_of(sources: Iterable[Any], catalogue: Catalogue) -> Iterator[Effect]:
    for one in sources:
        found = catalogue.named(one)
        for each in catalogue.tree(found) if found else ():
            if each.kind in STORED:
                yield Effect(catalogue.label(each), ACCESS_SHARE, scans=True, note=_ALL)


def _may_use_an_index(relation: Any, condition: Any, catalogue: Catalogue) -> bool:
    """Whether an index may find the rows of a condition, as far as its columns tell."""
    found = catalogue.named(relation)
    ends = (one.fields["fields"][-1] for one in walk(condition) if one.is_a("ColumnRef"))
    columns = {end.get("String", {}).get("sval", "") for end in ends}
    return found is None or any(
        index.key[:1] == ("",) or set(index.key[:1]) & columns
        for one in catalogue.tree(found)
        for index in catalogue.owned(one, "i", "I")
    )


def _read_whole(node: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield the table that a query reads from its beginning to its end, whatever its plan is.

    That is a table alone, all of whose rows are asked for; an index that has all the columns may
    stand in for it.
    """
    sources: tuple[Any, ...] = node.fromClause or ()
    if node.limitCount is not None:
        return
    if len(sources) != 1 or not sources[0].is_a("RangeVar"):
        if node.whereClause is None:
            tables = [one for source in sources for one in walk(source) if one.is_a("RangeVar")]
            yield from _all_of(tables, catalogue)
        return
    if node.whereClause is not None:
        if not _may_use_an_index(sources[0], node.whereClause, catalogue):
            yield from _all_of(sources, catalogue)
        return
    found = catalogue.named(sources[0])
    if found is None or found.kind not in STORED or catalogue.children(found):
        return
    ends: list[Any] = [one.fields["fields"][-1] for one in walk(node) if one.is_a("ColumnRef")]
    columns = {end.get("String", {}).get("sval", "*") for end in ends}
    if not any(columns <= set(index.key) for index in catalogue.owned(found, "i")):
        yield Effect(catalogue.label(found), ACCESS_SHARE, scans=True, note=_ALL)


def copy(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what COPY does."""
    if tree.relation is None:
        yield from query(tree.query, catalogue)
    elif tree.is_from:
        yield Effect(label(catalogue, tree.relation), ROW_EXCLUSIVE)
        found = catalogue.named(tree.relation)
        if found is not None:
            yield from _consequences(catalogue, found, ("INSERT",), set())
    else:
        yield Effect(label(catalogue, tree.relation), ACCESS_SHARE, scans=True)


def opaque(what: str, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield a note on what no parse tree tells."""
    del catalogue
    yield Effect("", "", note=f"the effects of the {what} are not predicted; read it")


def _writes(node: Any, catalogue: Catalogue) -> Iterator[Effect]:
    if node.is_a("MergeStmt"):
        kinds = {when.commandType for when in node.mergeWhenClauses or ()}
        events = tuple(_MERGED[kind] for kind in sorted(kinds & _MERGED.keys()))
        changed = _set_columns(*(when.targetList for when in node.mergeWhenClauses or ()))
    else:
        events = _EVENTS[node.tag]
        changed = _set_columns(node.targetList) if node.is_a("UpdateStmt") else set()
    whole = node.is_a("UpdateStmt", "DeleteStmt") and node.whereClause is None
    whole = whole and catalogue.planned() is None
    found = catalogue.named(node.relation)
    scans = whole and (found is None or found.kind in STORED)
    note = "its partitions are read" if whole and not scans else ""
    yield Effect(label(catalogue, node.relation), ROW_EXCLUSIVE, False, scans, note)
    if found is not None:
        yield from _consequences(catalogue, found, events, changed)


def _set_columns(*lists: Any) -> set[str]:
    return {target.name for targets in lists for target in targets or () if target.name}


def _consequences(
    catalogue: Catalogue,
    table: Relation,
    events: tuple[str, ...],
    changed: set[str],
    above: tuple[int, ...] = (),
) -> Iterator[Effect]:
    """Yield what follows from rows that come, change or go."""
    oids = {one.oid for one in catalogue.tree(table)}
    for trigger in catalogue.triggers:
        if trigger.enabled and trigger.table in oids and trigger.events & set(events):
            for effect in of_function(catalogue, *trigger.function):
                why = f"the trigger {trigger.name} runs"
                note = f"{why}: {effect.note}" if not effect.relation else why
                yield replace(effect, note=note)
    for event in events:
        if (table.oid, event) in catalogue.rules:
            note = f"a rule of {catalogue.label(table)} turns {event} into what is not predicted"
            yield Effect("", "", note=note)
    for constraint in catalogue.referring(table):
        deleted = "DELETE" in events
        updated = "UPDATE" in events and bool(changed & set(constraint.target_columns))
        if (deleted or updated) and not constraint.parent:
            follows = (deleted and constraint.on_delete in _FOLLOWING) or (
                updated and constraint.on_update in _FOLLOWING
            )
            yield from _referring(catalogue, constraint, follows=follows)
            other = catalogue.relations[constraint.table]
            if deleted and constraint.on_delete == "c" and other.oid not in above:
                below = (*above, table.oid)
                yield from _consequences(catalogue, other, ("DELETE",), set(), below)


def _referring(catalogue: Catalogue, constraint: Constraint, *, follows: bool) -> Iterator[Effect]:
    """Yield what the rows at the other end of a foreign key are looked for, and changed, by."""
    columns = ", ".join(constraint.columns)
    for one in catalogue.tree(catalogue.relations[constraint.table]):
        keys = [index.key for index in catalogue.owned(one, "i")]
        reads = one.kind in STORED and not any(
            set(key[:1]) & set(constraint.columns) for key in keys
        )
        notes = []
        if follows:
            notes.append(f"its rows follow by the foreign key {constraint.name}")
        if reads:
            notes.append(f"read for each row that goes: no index begins with {columns}")
        if notes:
            lock = ROW_EXCLUSIVE if follows else ROW_SHARE
            yield Effect(catalogue.label(one), lock, scans=reads, note="; ".join(notes))
