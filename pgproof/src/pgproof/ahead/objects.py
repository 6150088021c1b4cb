"""CREATE, COMMENT, RENAME and other statements on tables, views, sequences and domains."""

from collections.abc import Callable, Iterator
from typing import Any

from pgproof.ahead import foreign, partitions
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Relation
from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    ACCESS_SHARE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
)
from pgproof.ahead.names import at, dotted, label, named, on
from pgproof.ahead.queries import query

Handler = Callable[[Any, Catalogue], Iterator[Effect]]


def create_table(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what CREATE TABLE does to the tables that it refers to or belongs to."""
    if tree.if_not_exists and catalogue.named(tree.relation) is not None:
        return
    for element in tree.tableElts or ():
        inner = element.constraints or () if element.is_a("ColumnDef") else (element,)
        for constraint in inner:
            if constraint.is_a("Constraint"):
                yield from foreign.added(catalogue, constraint, None, scans=False)
    for parent in tree.inhRelations or ():
        if tree.partbound:
            yield from partitions.made(catalogue, parent, tree.partbound)
        else:
            name = label(catalogue, parent)
            yield Effect(name, SHARE_UPDATE_EXCLUSIVE, note="is inherited from")


def create_view(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what CREATE OR REPLACE VIEW does; a new view does nothing."""
    if tree.replace and (catalogue.named(tree.view) is not None or not catalogue.complete):
        yield Effect(label(catalogue, tree.view), ACCESS_EXCLUSIVE)


def create_trigger(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what CREATE TRIGGER does; one for each row is made for each partition."""
    found = catalogue.named(tree.relation)
    if found is not None and found.kind == "p" and tree.row:
        yield from on(catalogue, catalogue.tree(found), SHARE_ROW_EXCLUSIVE, "writers wait")
    else:
        yield Effect(label(catalogue, tree.relation), SHARE_ROW_EXCLUSIVE, note="writers wait")


def rename(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what RENAME does; the name of a column changes in partitions and heirs too."""
    if tree.relation is None or is_missing(tree, catalogue):
        return
    found = catalogue.named(tree.relation)
    if tree.renameType == "OBJECT_INDEX" or (found is not None and found.kind in ("i", "I")):
        yield Effect(label(catalogue, tree.relation), SHARE_UPDATE_EXCLUSIVE)
    elif tree.renameType in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE"):
        yield from named(catalogue, tree.relation, ACCESS_EXCLUSIVE)
    elif tree.renameType in ("OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER"):
        constraint = catalogue.constraint(found, tree.subname) if found else None
        inherited = constraint is not None and constraint.kind in ("c", "n")
        cloned = tree.renameType == "OBJECT_TRIGGER" and found is not None and found.kind == "p"
        whole = catalogue.tree(found) if found and (inherited or cloned) else ()
        yield Effect(label(catalogue, tree.relation), ACCESS_EXCLUSIVE)
        yield from on(catalogue, whole, ACCESS_EXCLUSIVE)
    else:
        yield Effect(label(catalogue, tree.relation), ACCESS_EXCLUSIVE)


def set_schema(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what SET SCHEMA does."""
    if tree.relation is not None and not is_missing(tree, catalogue):
        yield Effect(label(catalogue, tree.relation), ACCESS_EXCLUSIVE)


def comment(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what COMMENT does."""
    whole = (
        "OBJECT_TABLE",
        "OBJECT_VIEW",
        "OBJECT_MATVIEW",
        "OBJECT_INDEX",
        "OBJECT_SEQUENCE",
        "OBJECT_FOREIGN_TABLE",
    )
    part = ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_TABCONSTRAINT", "OBJECT_RULE")
    if tree.objtype in whole:
        parts, lock = tree.object, SHARE_UPDATE_EXCLUSIVE
    elif tree.objtype == "OBJECT_COLUMN":
        parts, lock = tree.object[:-1], SHARE_UPDATE_EXCLUSIVE
    elif tree.objtype in part:
        parts, lock = tree.object[:-1], ACCESS_SHARE
    else:
        return
    found = at(catalogue, parts)
    yield Effect(catalogue.label(found) if found else dotted(parts), lock)


def statistics(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what CREATE STATISTICS does."""
    for relation in tree.relations or ():
        yield Effect(label(catalogue, relation), SHARE_UPDATE_EXCLUSIVE)


def publication(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what CREATE or ALTER PUBLICATION does to the tables that it names."""
    for one in tree.pubobjects or ():
        if one.pubtable is not None:
            yield from named(catalogue, one.pubtable.relation, SHARE_UPDATE_EXCLUSIVE)


def made_by_query(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what the query of CREATE TABLE AS, or of a materialized view, does."""
    if tree.into.skipData or catalogue.named(tree.into.rel) is not None:
        return
    yield from query(tree.query, catalogue)


def alter_domain(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what a new condition on a domain reads: each table that has a column of it."""
    adds = tree.subtype == "C" and not tree.def_.skip_validation
    if not (adds or tree.subtype in ("O", "V")):
        return
    if not catalogue.known:
        yield Effect("", "", note="each table that has a column of the domain is scanned")
        return
    *schema, name = [part.sval for part in tree.typeName]
    domain = catalogue.type_of(name, schema[-1] if schema else None)
    over = {domain.oid} if domain else set()
    while (
        more := {one.oid for one in catalogue.types.values() if one.base and one.base.oid in over}
        - over
    ):
        over |= more
    lock = SHARE_UPDATE_EXCLUSIVE if tree.subtype == "V" and catalogue.version >= 18 else SHARE
    yield from on(
        catalogue, _with_columns_of(catalogue, over), lock, "is of the domain", scans=True
    )


def alter_type(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield what a change of a composite type does to the tables that are made of it."""
    found = catalogue.type_of(tree.relation.relname, tree.relation.schemaname)
    for one in catalogue.relations.values():
        if found is not None and one.of_type == found.oid:
            yield from on(catalogue, (one,), ACCESS_EXCLUSIVE, "is of the type")


def is_missing(tree: Any, catalogue: Catalogue) -> bool:
    """Tell whether a statement with IF EXISTS names a relation that does not exist."""
    known = catalogue.complete and catalogue.named(tree.relation) is None
    return bool(tree.missing_ok and known)


def on_relation(lock: str, attribute: str = "relation") -> Handler:
    """Return a handler for a statement that locks what it names."""

    def handler(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
        relation = getattr(tree, attribute)
        if not (tree.missing_ok and catalogue.complete and catalogue.named(relation) is None):
            yield Effect(label(catalogue, relation), lock)

    return handler


def _with_columns_of(catalogue: Catalogue, types: set[int]) -> Iterator[Relation]:
    for one in catalogue.relations.values():
        if one.kind in "rm" and any(column.type.oid in types for column in one.columns.values()):
            yield one
