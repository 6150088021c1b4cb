"""What ALTER TABLE, RENAME, SET SCHEMA and DROP leave in the catalogue."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pgproof.ahead import learn_tables, types
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Column, Constraint, Relation, TypeRef
from pgproof.ahead.learn_tables import nullable, set_not_null
from pgproof.ahead.names import at

_TRIGGERS = (
    "AT_EnableTrig",
    "AT_EnableAlwaysTrig",
    "AT_EnableReplicaTrig",
    "AT_EnableTrigAll",
    "AT_EnableTrigUser",
    "AT_DisableTrig",
    "AT_DisableTrigAll",
    "AT_DisableTrigUser",
)
_RELATIONS = (
    "OBJECT_TABLE",
    "OBJECT_INDEX",
    "OBJECT_VIEW",
    "OBJECT_MATVIEW",
    "OBJECT_SEQUENCE",
    "OBJECT_FOREIGN_TABLE",
)


def alter_table(tree: Any, catalogue: Catalogue) -> None:
    """Change a table, and its partitions and heirs where a command reaches them."""
    for command in tree.cmds or ():
        table = catalogue.named(tree.relation)
        if table is not None:
            whole = list(catalogue.tree(table)) if tree.relation.inh else [table]
            _command(catalogue, table, whole, command)


def _command(catalogue: Catalogue, table: Relation, whole: list[Relation], command: Any) -> None:
    kind, name, definition = command.subtype, command.name, command.def_
    if kind == "AT_AddColumn":
        _add_column(catalogue, table, definition)
    elif kind == "AT_DropColumn":
        for one in whole:
            _drop_column(catalogue, one, name)
    elif kind == "AT_AlterColumnType":
        new = types.resolve(catalogue, definition.typeName) or TypeRef(0)
        _columns(catalogue, whole, name, type=new)
    elif kind == "AT_DropExpression":
        _columns(catalogue, whole, name, generated="")
    elif kind in ("AT_SetNotNull", "AT_DropNotNull"):
        for one in whole:
            _null(catalogue, one, name, is_not=kind == "AT_SetNotNull")
    elif kind == "AT_AddConstraint":
        learn_tables.add_constraint(catalogue, table, definition, new=False)
    elif kind == "AT_DropConstraint":
        for one in whole:
            found = catalogue.constraint(one, name)
            if found is not None:
                _end(catalogue, found)
    elif kind == "AT_ValidateConstraint":
        for one in whole:
            found = catalogue.constraint(one, name)
            if found is not None:
                catalogue.put_constraint(replace(found, valid=True))
    elif kind in ("AT_SetLogged", "AT_SetUnLogged"):
        catalogue.put(replace(table, persistence="p" if kind == "AT_SetLogged" else "u"))
    elif kind == "AT_SetTableSpace":
        catalogue.put(replace(table, tablespace="" if name == catalogue.tablespace else name))
    elif kind == "AT_SetAccessMethod":
        catalogue.put(replace(table, method=name or catalogue.method))
    elif kind == "AT_AddIdentity":
        learn_tables.sequence(catalogue, table, name)
    elif kind in _TRIGGERS:
        catalogue.triggers = tuple(
            replace(one, enabled=not kind.startswith("AT_Disable"))
            if one.table in {part.oid for part in whole} and name in (None, one.name)
            else one
            for one in catalogue.triggers
        )
    elif kind in ("AT_AttachPartition", "AT_DetachPartition"):
        _partition(catalogue, table, definition, comes=kind == "AT_AttachPartition")
    elif kind in ("AT_AddInherit", "AT_DropInherit"):
        parent = catalogue.named(definition)
        if parent is not None and kind == "AT_AddInherit":
            learn_tables.adopt(catalogue, parent, table, None)
        elif parent is not None:
            _leave(catalogue, table, parent)
    elif kind in ("AT_AddOf", "AT_DropOf"):
        found_type = types.resolve(catalogue, definition) if definition else None
        catalogue.put(replace(table, of_type=found_type.oid if found_type else 0))


def _add_column(catalogue: Catalogue, table: Relation, definition: Any) -> None:
    name, column = learn_tables.column(catalogue, definition)
    if name in table.columns:
        return
    for one in catalogue.tree(table):
        catalogue.put(replace(one, columns=one.columns | {name: column}))
    table = catalogue.relations[table.oid]
    learn_tables.of_column(catalogue, table, definition, new=False)


def _columns(catalogue: Catalogue, tables: Iterable[Relation], name: str, **facts: Any) -> None:
    for table in tables:
        column: Column | None = table.columns.get(name)
        if column is not None:
            columns = table.columns | {name: replace(column, **facts)}
            catalogue.put(replace(table, columns=columns))


def _null(catalogue: Catalogue, table: Relation, name: str, *, is_not: bool) -> None:
    if is_not:
        set_not_null(catalogue, table, name)
        return
    nullable(catalogue, table, name, value=True)
    for one in catalogue.of(table):
        if one.kind == "n" and one.columns == (name,):
            catalogue.forget_constraint(one.oid)


def _drop_column(catalogue: Catalogue, table: Relation, name: str) -> None:
    for one in catalogue.of(table):
        if name in one.columns:
            _end(catalogue, one)
    for index in catalogue.owned(table, "i", "I"):
        if name in index.key:
            catalogue.forget(index.oid)
    for view in catalogue.views_on(table, name):
        _forget(catalogue, view)
    columns = {key: one for key, one in table.columns.items() if key != name}
    catalogue.put(replace(catalogue.relations[table.oid], columns=columns))


def _end(catalogue: Catalogue, constraint: Constraint) -> None:
    """Remove a constraint, its index, those made of it, and the foreign keys that need it."""
    catalogue.forget_constraint(constraint.oid)
    if constraint.kind == "n" and constraint.table in catalogue.relations:
        table = catalogue.relations[constraint.table]
        nullable(catalogue, table, constraint.columns[0], value=True)
    if constraint.kind in ("p", "u", "x"):
        for one in catalogue.referring(catalogue.relations[constraint.table]):
            if one.index == constraint.index:
                _end(catalogue, one)
        catalogue.forget(constraint.index)
    for one in list(catalogue.constraints.values()):
        if one.parent == constraint.oid:
            _end(catalogue, one)


def _partition(catalogue: Catalogue, parent: Relation, command: Any, *, comes: bool) -> None:
    child = catalogue.named(command.name)
    if child is not None and comes:
        learn_tables.adopt(catalogue, parent, child, command.bound)
    elif child is not None:
        _leave(catalogue, child, parent)
        for one in catalogue.of(child):
            catalogue.put_constraint(replace(one, parent=0))
        for one in catalogue.referring(child):
            if one.parent:
                catalogue.forget_constraint(one.oid)


def _leave(catalogue: Catalogue, child: Relation, parent: Relation) -> None:
    parents = tuple(oid for oid in child.parents if oid != parent.oid)
    catalogue.put(replace(child, parents=parents, bound=""))


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
    elif tree.renameType in _RELATIONS:
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


def drop(tree: Any, catalogue: Catalogue) -> None:
    """Remove relations, with all that depends on them, schemas, types and triggers."""
    for item in tree.objects or ():
        if tree.removeType in _RELATIONS:
            found = at(catalogue, item)
            if found is not None:
                _forget(catalogue, found)
        elif tree.removeType == "OBJECT_SCHEMA":
            for one in list(catalogue.relations.values()):
                if one.schema == item.sval:
                    _forget(catalogue, one)
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
            _forget(catalogue, one)
        for column, facts in one.columns.items():
            if found and facts.type.oid == found.oid:
                _drop_column(catalogue, one, column)
    composite = catalogue.find(name, found.schema) if found else None
    if composite is not None and composite.kind == "c":
        catalogue.forget(composite.oid)


def _forget(catalogue: Catalogue, relation: Relation) -> None:
    if relation.oid not in catalogue.relations:
        return
    for one in (*catalogue.views_on(relation), *catalogue.children(relation)):
        _forget(catalogue, one)
    for constraint in (*catalogue.referring(relation), *catalogue.of(relation)):
        if constraint.oid in catalogue.constraints:
            root = constraint
            while constraint.target == relation.oid and root.parent in catalogue.constraints:
                root = catalogue.constraints[root.parent]
            _end(catalogue, root)
    for one in catalogue.owned(relation, "i", "I", "S"):
        catalogue.forget(one.oid)
    catalogue.triggers = tuple(one for one in catalogue.triggers if one.table != relation.oid)
    catalogue.views = tuple(one for one in catalogue.views if one.view != relation.oid)
    catalogue.forget(relation.oid)
