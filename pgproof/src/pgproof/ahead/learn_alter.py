"""What ALTER TABLE leaves in the catalogue."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pgproof.ahead import learn_constraints, learn_tables, types
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.columns import SERIAL
from pgproof.ahead.facts import Column, Relation, TypeRef
from pgproof.ahead.learn_constraints import nullable, set_not_null
from pgproof.ahead.learn_drop import drop_column, end

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
_FILLS = frozenset(("CONSTR_DEFAULT", "CONSTR_IDENTITY", "CONSTR_GENERATED"))


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
            drop_column(catalogue, one, name)
    elif kind == "AT_AlterColumnType":
        new = types.resolve(catalogue, definition.typeName) or TypeRef(0)
        _columns(catalogue, whole, name, type=new)
    elif kind == "AT_DropExpression":
        _columns(catalogue, whole, name, generated="")
    elif kind in ("AT_SetNotNull", "AT_DropNotNull"):
        for one in whole:
            _null(catalogue, one, name, is_not=kind == "AT_SetNotNull")
    elif kind == "AT_AddConstraint":
        learn_constraints.add_constraint(catalogue, table, definition, new=False)
    elif kind == "AT_DropConstraint":
        for one in whole:
            found = catalogue.constraint(one, name)
            if found is not None:
                end(catalogue, found)
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
        if not _is_filled(definition):
            catalogue.unfilled.add((one.oid, name))
    table = catalogue.relations[table.oid]
    learn_tables.of_column(catalogue, table, definition, new=False)


def _is_filled(definition: Any) -> bool:
    """Whether a column that is added may have a value in the rows that are there."""
    is_serial = definition.typeName.names[-1].sval in SERIAL
    return is_serial or any(one.contype in _FILLS for one in definition.constraints or ())


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
