"""What RENAME and SET SCHEMA leave in the catalogue."""

from dataclasses import replace
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Relation
from pgproof.ahead.learn_drop import RELATIONS


def rename(tree: Any, catalogue: Catalogue) -> None:
    """Rename a relation, a column, a constraint or a schema."""
    new = tree.newname
    if tree.renameType == "OBJECT_SCHEMA":
        for one in list(catalogue.relations.values()):
            if one.schema == tree.subname:
                catalogue.put(replace(one, schema=new))
        return
    found = catalogue.named(tree.relation) if tree.relation else None
    if found is None:
        return
    if tree.renameType in ("OBJECT_COLUMN", "OBJECT_ATTRIBUTE"):
        for one in catalogue.tree(found):
            _rename_column(catalogue, one, tree.subname, new)
    elif tree.renameType == "OBJECT_TABCONSTRAINT":
        for one in catalogue.tree(found):
            constraint = catalogue.constraint(one, tree.subname)
            if constraint is not None:
                catalogue.put_constraint(replace(constraint, name=new))
                if constraint.index and not constraint.refers:
                    catalogue.put(replace(catalogue.relations[constraint.index], name=new))
    elif tree.renameType == "OBJECT_TRIGGER":
        oids = {one.oid for one in catalogue.tree(found)}
        catalogue.triggers = tuple(
            replace(one, name=new) if one.table in oids and one.name == tree.subname else one
            for one in catalogue.triggers
        )
    elif tree.renameType in RELATIONS:
        catalogue.put(replace(found, name=new))


def _rename_column(catalogue: Catalogue, table: Relation, old: str, new: str) -> None:
    def named(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in names)

    columns = {new if name == old else name: one for name, one in table.columns.items()}
    catalogue.put(replace(table, columns=columns, key=named(table.key)))
    for index in catalogue.owned(table, "i", "I"):
        catalogue.put(replace(index, key=named(index.key)))
    for one in catalogue.of(table):
        catalogue.put_constraint(replace(one, columns=named(one.columns), expression=""))
    for one in catalogue.referring(table):
        catalogue.put_constraint(replace(one, target_columns=named(one.target_columns)))


def set_schema(tree: Any, catalogue: Catalogue) -> None:
    """Move a relation, with its indexes and sequences, to another schema."""
    found = catalogue.named(tree.relation) if tree.relation else None
    if found is not None:
        for one in (found, *catalogue.owned(found, "i", "I", "S")):
            catalogue.put(replace(one, schema=tree.newschema))
