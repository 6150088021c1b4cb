"""What CREATE TABLE and CREATE INDEX leave in the catalogue, and what a partition gets."""

from dataclasses import replace
from typing import Any

from pgproof.ahead import types
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.columns import SERIAL
from pgproof.ahead.facts import Column, Relation, TypeRef
from pgproof.ahead.learn_constraints import (
    add_constraint,
    default_schema,
    new_index,
    set_not_null,
    unused,
)

_NOT_NULL = {"CONSTR_NOTNULL", "CONSTR_PRIMARY", "CONSTR_IDENTITY"}
_CONSTRAINTS, _INDEXES = 4, 64
"""Bits of the options of LIKE."""


def column(catalogue: Catalogue, definition: Any) -> tuple[str, Column]:
    """Return name and column of a ColumnDef; a type that is not known has OID 0."""
    constraints = definition.constraints or ()
    kinds = {one.contype for one in constraints}
    number = SERIAL.get(definition.typeName.names[-1].sval)
    integer = catalogue.type_of(number) if number else None
    generated = next((one.generated_kind for one in constraints if one.generated_kind), "")
    written = TypeRef(integer.oid) if integer else types.resolve(catalogue, definition.typeName)
    not_null = bool(kinds & _NOT_NULL or number)
    return definition.colname, Column(written or TypeRef(0), not_null, generated)


def create_table(tree: Any, catalogue: Catalogue) -> None:
    """Add a table with its columns, constraints and indexes."""
    if catalogue.named(tree.relation) is not None:
        return
    elements = tree.tableElts or ()
    parents = [one for one in map(catalogue.named, tree.inhRelations or ()) if one is not None]
    columns = {name: one for parent in parents for name, one in parent.columns.items()}
    if tree.ofTypename:
        *schema, name = [part.sval for part in tree.ofTypename.names]
        composite = catalogue.find(name, schema[-1] if schema else None)
        columns |= composite.columns if composite else {}
    for one in elements:
        if one.is_a("TableLikeClause"):
            like = catalogue.named(one.relation)
            columns |= like.columns if like else {}
    columns |= dict(column(catalogue, one) for one in elements if one.is_a("ColumnDef"))
    spec = tree.partspec
    of_type = types.resolve(catalogue, tree.ofTypename) if tree.ofTypename else None
    made = Relation(
        catalogue.new(),
        tree.relation.schemaname or default_schema(catalogue),
        tree.relation.relname,
        "p" if spec else "r",
        tree.relation.relpersistence,
        tree.tablespacename or "",
        tree.accessMethod or ("" if spec else catalogue.method),
        of_type=of_type.oid if of_type else 0,
        strategy=spec.strategy[-1].lower() if spec else "",
        key=tuple(one.name or "" for one in spec.partParams) if spec else (),
        columns=columns,
    )
    catalogue.put(made)
    for name in columns if catalogue.version >= 18 else ():
        if columns[name].not_null and any(name in parent.columns for parent in parents):
            set_not_null(catalogue, made, name)
    for parent in parents:
        adopt(catalogue, parent, made, tree.partbound)
        made = catalogue.relations[made.oid]
    for one in elements:
        if one.is_a("ColumnDef"):
            of_column(catalogue, made, one, new=True)
        elif one.is_a("Constraint"):
            add_constraint(catalogue, made, one, new=True)
        else:
            _like(catalogue, made, one)


def of_column(catalogue: Catalogue, table: Relation, definition: Any, *, new: bool) -> None:
    """Add the constraints of a column, and the sequence that numbers it."""
    constraints, name = definition.constraints or (), definition.colname
    for one in constraints:
        add_constraint(catalogue, table, one, (name,), new=new)
    serial = definition.typeName.names[-1].sval in SERIAL
    identity = any(one.contype == "CONSTR_IDENTITY" for one in constraints)
    if serial or identity:
        sequence(catalogue, table, name)
        set_not_null(catalogue, table, name)


def sequence(catalogue: Catalogue, table: Relation, column: str) -> None:
    """Add the sequence that numbers a column."""
    name = unused(catalogue, table, f"{table.name}_{column}_seq")
    catalogue.put(Relation(catalogue.new(), table.schema, name, "S", owner=table.oid))


def _like(catalogue: Catalogue, table: Relation, clause: Any) -> None:
    """Copy what LIKE says: NOT NULL always, checks with constraints, keys with indexes."""
    source, options = catalogue.named(clause.relation), clause.options or 0
    if source is None:
        return
    for one in catalogue.of(source):
        copied = (one.kind == "c" and options & _CONSTRAINTS) or one.kind == "n"
        if copied:
            copy = replace(one, oid=catalogue.new(), table=table.oid, parent=0)
            catalogue.put_constraint(copy)
    if options & _INDEXES:
        for index in catalogue.owned(source, "i", "I"):
            made = new_index(catalogue, table, index.key, unique=index.unique)
            for one in catalogue.of(source):
                if one.index == index.oid and not one.refers:
                    copy = replace(one, oid=catalogue.new(), table=table.oid, index=made, parent=0)
                    catalogue.put_constraint(copy)


def adopt(catalogue: Catalogue, parent: Relation, child: Relation, bound: Any) -> None:
    """Make a table an heir or, with a bound, a partition: with the parent's keys and indexes."""
    text = ("DEFAULT" if bound.is_default else "FOR VALUES") if bound else ""
    catalogue.put(replace(child, parents=(*child.parents, parent.oid), bound=text))
    child = catalogue.relations[child.oid]
    for one in catalogue.of(parent):
        mine = {(own.kind, own.name) for own in catalogue.of(child)}
        if one.kind == "c" and (one.kind, one.name) not in mine:
            catalogue.put_constraint(replace(one, oid=catalogue.new(), table=child.oid))
    if not bound:
        return
    for index in catalogue.owned(parent, "I"):
        _adopt_index(catalogue, parent, child, index)
    for one in catalogue.of(parent):
        if one.refers and one.target in catalogue.relations:
            for table in catalogue.tree(child):
                copy = replace(one, oid=catalogue.new(), table=table.oid, parent=one.oid)
                catalogue.put_constraint(copy)
    for one in catalogue.referring(parent):
        for table in catalogue.tree(child):
            copy = replace(one, oid=catalogue.new(), target=table.oid, parent=one.oid)
            catalogue.put_constraint(copy)


def _adopt_index(catalogue: Catalogue, parent: Relation, child: Relation, index: Relation) -> None:
    """Give a partition an index like its parent's, or join the one that it has."""
    has = [one for one in catalogue.owned(child, "i", "I") if one.key == index.key]
    if has:
        catalogue.put(replace(has[0], parents=(index.oid,)))
    made = (
        has[0].oid
        if has
        else new_index(catalogue, child, index.key, unique=index.unique, parents=(index.oid,))
    )
    for key in catalogue.of(parent):
        if key.index == index.oid and not key.refers:
            own = next((one for one in catalogue.of(child) if one.index == made), None)
            oid = own.oid if own else catalogue.new()
            catalogue.put_constraint(
                replace(own or key, oid=oid, table=child.oid, index=made, parent=key.oid)
            )


def create_index(tree: Any, catalogue: Catalogue) -> None:
    """Add an index, of partitions too."""
    table = catalogue.named(tree.relation)
    there = tree.idxname and catalogue.find(tree.idxname, table.schema if table else None)
    if table is None or there:
        return
    columns = [*(tree.indexParams or ()), *(tree.indexIncludingParams or ())]
    key = tuple(one.name or "" for one in columns)
    if table.kind == "p" and tree.relation.inh:
        for one in catalogue.descendants(table):
            new_index(catalogue, one, key, unique=bool(tree.unique))
    new_index(catalogue, table, key, unique=bool(tree.unique), name=tree.idxname or "")
