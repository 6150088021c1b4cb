"""What new constraints and indexes leave in the catalogue."""

from dataclasses import replace
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Constraint, Relation
from pgproof.ahead.functions import walk

_KEYS = {"CONSTR_PRIMARY": "p", "CONSTR_UNIQUE": "u", "CONSTR_EXCLUSION": "x"}


def default_schema(catalogue: Catalogue) -> str:
    """Return the schema that a new object without one is made in."""
    return catalogue.search_path[0] if catalogue.search_path else "public"


def new_index(
    catalogue: Catalogue,
    table: Relation,
    key: tuple[str, ...],
    *,
    unique: bool,
    name: str = "",
    parents: tuple[int, ...] = (),
) -> int:
    """Add an index, and return its OID."""
    kind = "I" if table.kind == "p" else "i"
    name = name or unused(catalogue, table, "_".join([table.name, *filter(None, key), "idx"]))
    oid = catalogue.new()
    catalogue.put(
        Relation(
            oid, table.schema, name, kind, owner=table.oid, unique=unique, key=key, parents=parents
        )
    )
    return oid


def unused(catalogue: Catalogue, table: Relation, name: str) -> str:
    """Return a name, with a number where a relation or a constraint of the table has it."""
    taken = {one.name for one in catalogue.of(table)}
    wanted, number = name, 0
    while wanted in taken or catalogue.find(wanted, table.schema):
        number += 1
        wanted = f"{name}{number}"
    return wanted


def add_constraint(
    catalogue: Catalogue, table: Relation, constraint: Any, of: tuple[str, ...] = (), *, new: bool
) -> None:
    """Add a constraint of a table; `of` is the column that it is written at."""
    kind = constraint.contype
    valid = new or not constraint.skip_validation
    names = tuple(one.sval for one in constraint.keys or ()) or of
    if kind == "CONSTR_NOTNULL":
        for one in catalogue.tree(table):
            set_not_null(catalogue, one, names[0], name=constraint.conname, valid=valid)
    elif kind == "CONSTR_CHECK":
        found = {
            part.fields["fields"][-1].get("String", {}).get("sval")
            for part in walk(constraint.raw_expr)
            if part.is_a("ColumnRef")
        }
        used = tuple(name for name in table.columns if name in found)
        shown = used if len(used) == 1 else ()
        name = constraint.conname or "_".join([table.name, *shown, "check"])
        heirs = (table,) if constraint.is_no_inherit else catalogue.tree(table)
        for one in heirs:
            condition = constraint.raw_expr
            _put(catalogue, one, name, "c", used, valid=valid, condition=condition)
    elif kind in _KEYS:
        _add_key(catalogue, table, constraint, names)
    elif kind == "CONSTR_FOREIGN":
        _add_foreign(catalogue, table, constraint, of, valid=valid)


def set_not_null(
    catalogue: Catalogue, table: Relation, column: str, *, name: str = "", valid: bool = True
) -> None:
    """Make a column NOT NULL: since PostgreSQL 18 by a constraint."""
    nullable(catalogue, table, column, value=False)
    has = [one for one in catalogue.of(table) if one.kind == "n" and one.columns == (column,)]
    for one in has:
        catalogue.put_constraint(replace(one, valid=one.valid or valid))
    if catalogue.version >= 18 and not has:
        name = name or f"{table.name}_{column}_not_null"
        _put(catalogue, table, name, "n", (column,), valid=valid)


def nullable(catalogue: Catalogue, table: Relation, column: str, *, value: bool) -> None:
    """Let a column be null, or not."""
    table = catalogue.relations[table.oid]
    if column in table.columns:
        changed = replace(table.columns[column], not_null=not value)
        catalogue.put(replace(table, columns=table.columns | {column: changed}))


def _put(
    catalogue: Catalogue, table: Relation, name: str, kind: str, columns: Any, **facts: Any
) -> int:
    oid, name = catalogue.new(), unused(catalogue, table, name)
    catalogue.put_constraint(Constraint(oid, name, kind, columns, table=table.oid, **facts))
    return oid


def _add_key(catalogue: Catalogue, table: Relation, constraint: Any, names: Any) -> None:
    kind = _KEYS[constraint.contype]
    index = catalogue.find(constraint.indexname, table.schema) if constraint.indexname else None
    if constraint.contype == "CONSTR_EXCLUSION":
        names = tuple(one[0].name or "" for one in constraint.exclusions)
    names = index.key if index else names
    shown = ["pkey"] if kind == "p" else [*names, "key" if kind == "u" else "excl"]
    root = catalogue.new()
    for one in catalogue.tree(table) if table.kind == "p" else (table,):
        wanted = constraint.conname if one is table else ""
        name = wanted or unused(catalogue, one, "_".join([one.name, *shown]))
        if index is not None and one is table:
            catalogue.put(replace(index, name=wanted or index.name))
            oid, name = index.oid, wanted or index.name
        else:
            oid = new_index(catalogue, one, names, unique=kind != "x", name=name)
        number, parent = (root, 0) if one is table else (catalogue.new(), root)
        catalogue.put_constraint(
            Constraint(number, name, kind, names, table=one.oid, index=oid, parent=parent)
        )
        for column_name in names if kind == "p" else ():
            set_not_null(catalogue, one, column_name)


def _add_foreign(
    catalogue: Catalogue, table: Relation, constraint: Any, of: Any, *, valid: bool
) -> None:
    target = catalogue.named(constraint.pktable)
    if target is None:
        return
    columns = tuple(one.sval for one in constraint.fk_attrs or ()) or of
    wanted = tuple(one.sval for one in constraint.pk_attrs or ())
    keys = [one for one in catalogue.of(target) if one.kind in ("p", "u")]
    fits = [one for one in keys if (one.columns == wanted if wanted else one.kind == "p")]
    facts = {
        "valid": valid,
        "target_columns": wanted or (fits[0].columns if fits else ()),
        "index": fits[0].index if fits else 0,
        "on_delete": constraint.fk_del_action,
        "on_update": constraint.fk_upd_action,
    }
    name = constraint.conname or "_".join([table.name, *columns, "fkey"])
    root = _put(catalogue, table, name, "f", columns, target=target.oid, **facts)
    ends = [(one, target) for one in catalogue.descendants(table) if table.kind == "p"]
    ends += [(table, one) for one in catalogue.descendants(target) if target.kind == "p"]
    for one, other in ends:
        _put(catalogue, one, name, "f", columns, target=other.oid, parent=root, **facts)
