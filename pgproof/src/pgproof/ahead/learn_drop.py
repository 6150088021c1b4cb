"""What DROP leaves in the catalogue."""

from dataclasses import replace
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Constraint, Relation
from pgproof.ahead.learn_constraints import nullable
from pgproof.ahead.names import at

RELATIONS = (
    "OBJECT_TABLE",
    "OBJECT_INDEX",
    "OBJECT_VIEW",
    "OBJECT_MATVIEW",
    "OBJECT_SEQUENCE",
    "OBJECT_FOREIGN_TABLE",
)


def drop_column(catalogue: Catalogue, table: Relation, name: str) -> None:
    """Remove a column, with what depends on it."""
    for one in catalogue.of(table):
        if name in one.columns:
            end(catalogue, one)
    for index in catalogue.owned(table, "i", "I"):
        if name in index.key:
            catalogue.forget(index.oid)
    for view in catalogue.views_on(table, name):
        forget(catalogue, view)
    columns = {key: one for key, one in table.columns.items() if key != name}
    catalogue.put(replace(catalogue.relations[table.oid], columns=columns))


def end(catalogue: Catalogue, constraint: Constraint) -> None:
    """Remove a constraint, its index, those made of it, and the foreign keys that need it."""
    catalogue.forget_constraint(constraint.oid)
    if constraint.kind == "n" and constraint.table in catalogue.relations:
        table = catalogue.relations[constraint.table]
        nullable(catalogue, table, constraint.columns[0], value=True)
    if constraint.kind in ("p", "u", "x"):
        for one in catalogue.referring(catalogue.relations[constraint.table]):
            if one.index == constraint.index:
                end(catalogue, one)
        catalogue.forget(constraint.index)
    for one in list(catalogue.constraints.values()):
        if one.parent == constraint.oid:
            end(catalogue, one)


def drop(tree: Any, catalogue: Catalogue) -> None:
    """Remove relations, with all that depends on them, schemas, types and triggers."""
    for item in tree.objects or ():
        if tree.removeType in RELATIONS:
            found = at(catalogue, item)
            if found is not None:
                forget(catalogue, found)
        elif tree.removeType == "OBJECT_SCHEMA":
            for one in list(catalogue.relations.values()):
                if one.schema == item.sval:
                    forget(catalogue, one)
        elif tree.removeType in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
            _drop_type(catalogue, item)
        elif tree.removeType in ("OBJECT_FUNCTION", "OBJECT_ROUTINE"):
            name = item.objname[-1].sval
            catalogue.triggers = tuple(one for one in catalogue.triggers if one.function[1] != name)
        elif tree.removeType == "OBJECT_TRIGGER":
            table = at(catalogue, item[:-1])
            oids = {one.oid for one in catalogue.tree(table)} if table else set()
            catalogue.triggers = tuple(
                one
                for one in catalogue.triggers
                if one.name != item[-1].sval or one.table not in oids
            )


def _drop_type(catalogue: Catalogue, item: Any) -> None:
    *schema, name = [part.sval for part in item.names]
    found = catalogue.type_of(name, schema[-1] if schema else None)
    for one in list(catalogue.relations.values()) if found else ():
        if found and one.of_type == found.oid:
            forget(catalogue, one)
        for column, facts in one.columns.items():
            if found and facts.type.oid == found.oid:
                drop_column(catalogue, one, column)
    composite = catalogue.find(name, found.schema) if found else None
    if composite is not None and composite.kind == "c":
        catalogue.forget(composite.oid)


def forget(catalogue: Catalogue, relation: Relation) -> None:
    """Remove a relation, with what depends on it."""
    if relation.oid not in catalogue.relations:
        return
    for one in (*catalogue.views_on(relation), *catalogue.children(relation)):
        forget(catalogue, one)
    for constraint in (*catalogue.referring(relation), *catalogue.of(relation)):
        if constraint.oid in catalogue.constraints:
            root = constraint
            while constraint.target == relation.oid and root.parent in catalogue.constraints:
                root = catalogue.constraints[root.parent]
            end(catalogue, root)
    for one in catalogue.owned(relation, "i", "I", "S"):
        catalogue.forget(one.oid)
    catalogue.triggers = tuple(one for one in catalogue.triggers if one.table != relation.oid)
    catalogue.views = tuple(one for one in catalogue.views if one.view != relation.oid)
    catalogue.forget(relation.oid)
