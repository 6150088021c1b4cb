"""DROP and TRUNCATE, with all that they reach: partitions, foreign keys, views."""

from collections.abc import Iterable, Iterator
from typing import Any

from pgproof.ahead import foreign, partitions
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Relation
from pgproof.ahead.learn_drop import RELATIONS
from pgproof.ahead.locks import ACCESS_EXCLUSIVE, AT_THE_END, SHARE_UPDATE_EXCLUSIVE, Effect
from pgproof.ahead.names import at, dotted, name_of, on

_ON_TABLE = ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE")
_OPAQUE = ("OBJECT_EXTENSION", "OBJECT_LANGUAGE", "OBJECT_OPERATOR", "OBJECT_COLLATION")


def drop(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what DROP does."""
    cascade = tree.behavior == "DROP_CASCADE"
    kind = tree.removeType
    for item in tree.objects or ():
        if kind in _ON_TABLE:
            if not (tree.missing_ok and catalogue.complete and _is_missing(catalogue, kind, item)):
                yield from _on_table(catalogue, kind, item)
        elif kind in RELATIONS:
            found = at(catalogue, item)
            lock = SHARE_UPDATE_EXCLUSIVE if tree.concurrent else ACCESS_EXCLUSIVE
            if found is not None:
                yield from relation(catalogue, found, lock, cascade=cascade)
            elif not (tree.missing_ok and catalogue.complete):
                is_index = kind == "OBJECT_INDEX" and not tree.concurrent
                note = "the index's table is locked alike" if is_index else ""
                note = AT_THE_END if tree.concurrent else note
                yield Effect(dotted(item), ACCESS_EXCLUSIVE, note=note)
        elif kind == "OBJECT_STATISTIC_EXT":
            yield from _statistics(catalogue, item)
        elif kind == "OBJECT_SCHEMA":
            inside = [
                one
                for one in catalogue.relations.values()
                if one.schema == item.sval and one.kind in "rpvmSf"
            ]
            for one in inside:
                yield from relation(catalogue, one, ACCESS_EXCLUSIVE, cascade=True)
        elif kind in ("OBJECT_TYPE", "OBJECT_DOMAIN") and cascade:
            yield from _type(catalogue, item)
        elif kind in ("OBJECT_FUNCTION", "OBJECT_ROUTINE") and cascade:
            yield from _function(catalogue, item)
        elif kind in _OPAQUE and cascade:
            yield Effect("", "", note="what depends on it is dropped: not predicted")


def relation(
    catalogue: Catalogue, found: Relation, lock: str, *, cascade: bool, note: str = ""
) -> Iterator[Effect]:
    """Yield what the end of a relation does to it and to others."""
    if found.kind in ("i", "I"):
        table = catalogue.relations.get(found.owner)
        if table is not None:
            yield from on(catalogue, catalogue.tree(table), lock, f"has the index {found.name}")
        end = AT_THE_END if lock != ACCESS_EXCLUSIVE else ""
        yield from on(catalogue, (found,), ACCESS_EXCLUSIVE, end)
        return
    for one in catalogue.tree(found):
        yield from on(catalogue, (one,), lock, note)
        yield from partitions.dropped(catalogue, one)
        yield from foreign.dropped(catalogue, catalogue.of(one), with_table=True)
        if cascade:
            views = catalogue.views_on(one)
            yield from on(catalogue, views, ACCESS_EXCLUSIVE, "is dropped")


def truncate(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what TRUNCATE does."""
    reached: dict[int, Relation] = {}
    for one in tree.relations:
        found = catalogue.named(one)
        if found is None:
            yield Effect(name_of(one), ACCESS_EXCLUSIVE, note="every row is removed")
            continue
        for part in catalogue.tree(found) if one.inh else (found,):
            reached[part.oid] = part
    yield from on(catalogue, reached.values(), ACCESS_EXCLUSIVE, "every row is removed")
    if tree.behavior == "DROP_CASCADE":
        yield from on(
            catalogue,
            _referring(catalogue, list(reached.values())),
            ACCESS_EXCLUSIVE,
            "every row is removed: it refers to a table that is truncated",
        )


def _referring(catalogue: Catalogue, waiting: list[Relation]) -> Iterable[Relation]:
    """Return the tables that refer to some, and those that refer to them, with partitions."""
    seen = {one.oid for one in waiting}
    found = []
    while waiting:
        for constraint in catalogue.referring(waiting.pop()):
            for one in catalogue.tree(catalogue.relations[constraint.table]):
                if one.oid not in seen:
                    seen.add(one.oid)
                    found.append(one)
                    waiting.append(one)
    return found


def _is_missing(catalogue: Catalogue, kind: str, item: Any) -> bool:
    """Tell whether a table is not there, or a trigger of it."""
    found = at(catalogue, item[:-1])
    return found is None or (
        kind == "OBJECT_TRIGGER"
        and all(one.table != found.oid or one.name != item[-1].sval for one in catalogue.triggers)
    )


def _on_table(catalogue: Catalogue, kind: str, item: Any) -> Iterator[Effect]:
    found = at(catalogue, item[:-1])
    if found is None:
        yield Effect(dotted(item[:-1]), ACCESS_EXCLUSIVE)
        return
    for_rows = kind == "OBJECT_TRIGGER" and any(
        one.name == item[-1].sval and one.table == found.oid and one.for_rows
        for one in catalogue.triggers
    )
    whole = catalogue.tree(found) if for_rows and found.kind == "p" else (found,)
    yield from on(catalogue, whole, ACCESS_EXCLUSIVE)


def _statistics(catalogue: Catalogue, item: Any) -> Iterator[Effect]:
    *schema, name = [part.sval for part in item]
    for place in schema or catalogue.search_path:
        table = catalogue.relations.get(catalogue.statistics.get((place, name), 0))
        if table is not None:
            yield from on(catalogue, (table,), SHARE_UPDATE_EXCLUSIVE)
            return


def _type(catalogue: Catalogue, item: Any) -> Iterator[Effect]:
    *schema, name = [part.sval for part in item.names]
    found = catalogue.type_of(name, schema[-1] if schema else None)
    if found is None:
        return
    for one in list(catalogue.relations.values()):
        if one.of_type == found.oid:
            yield from relation(catalogue, one, ACCESS_EXCLUSIVE, cascade=True, note="is dropped")
        elif any(column.type.oid == found.oid for column in one.columns.values()):
            yield from on(catalogue, (one,), ACCESS_EXCLUSIVE, "loses a column of the type")


def _function(catalogue: Catalogue, item: Any) -> Iterator[Effect]:
    *schema, name = [part.sval for part in item.objname]
    for one in catalogue.triggers:
        if one.function[1] == name and (not schema or one.function[0] == schema[-1]):
            table = catalogue.relations[one.table]
            yield from on(catalogue, (table,), ACCESS_EXCLUSIVE, f"loses its trigger {one.name}")
