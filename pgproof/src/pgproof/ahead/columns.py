"""What ALTER TABLE does with a table's rows for a column: its default, its type, NOT NULL."""

from typing import Any, NamedTuple

from pgproof.ahead import types
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.facts import Constraint, Relation, TypeRef
from pgproof.ahead.functions import called, volatility
from pgproof.sql.parser import tree

SERIAL = {
    "serial": "int4",
    "serial4": "int4",
    "bigserial": "int8",
    "serial8": "int8",
    "smallserial": "int2",
    "serial2": "int2",
}
_NO_DOMAINS = frozenset(
    """
    bytea cidr date float4 float8 inet json jsonb macaddr money name oid point regclass text
    tsquery tsvector uuid xml
    """.split()  # noqa: SIM905
)
"""Types that are written without a schema, and that are no domains."""


class Work(NamedTuple):
    """Whether rows are written anew or read, and what else to know."""

    rewrites: bool = False
    scans: bool = False
    note: str = ""


READ = Work(scans=True)
REWRITTEN = Work(rewrites=True, scans=True)


def added(catalogue: Catalogue, column: Any) -> Work:
    """Return what a new column does with the rows that are there."""
    constraints = column.constraints or ()
    kinds = {one.contype for one in constraints}
    default = next((one.raw_expr for one in constraints if one.contype == "CONSTR_DEFAULT"), None)
    generated = next((one for one in constraints if one.contype == "CONSTR_GENERATED"), None)
    virtual = generated is not None and generated.generated_kind == "v"
    checked = {"CONSTR_CHECK", "CONSTR_UNIQUE", "CONSTR_PRIMARY"}
    if default is None or virtual:
        checked.add("CONSTR_NOTNULL")
    scans = bool(kinds & checked) or (default is not None and "CONSTR_FOREIGN" in kinds)
    if virtual:
        return Work(False, scans, "virtual: computed when it is read")
    serial = column.typeName.names[-1].sval in SERIAL
    if serial or generated is not None or "CONSTR_IDENTITY" in kinds:
        return REWRITTEN
    unsure = []
    known = _constrained(catalogue, column.typeName)
    if known:
        return Work(True, True, "of a domain with a constraint")
    if known is None:
        unsure.append(f"{_name(column.typeName)} is no domain with a constraint")
    for schema, name in called(default):
        kind = volatility(catalogue, schema, name)
        if kind == "v":
            return Work(True, True, f"{name}() is volatile")
        if not kind:
            unsure.append(f"{name}() is stable or immutable")
    if unsure:
        return Work(True, True, f"rewritten, unless {' and '.join(unsure)}")
    return Work(False, scans, "no rewrite for the default" if default is not None else "")


def _name(written: Any) -> str:
    return ".".join(part.sval for part in written.names)


def _constrained(catalogue: Catalogue, written: Any) -> bool | None:
    """Tell whether a type is a domain that has a constraint; None where it is not known."""
    found = types.resolve(catalogue, written)
    if found is not None and not written.arrayBounds:
        return catalogue.types[found.oid].constrained
    *schema, name = [part.sval for part in written.names]
    built_in = schema == ["pg_catalog"] or (not schema and name in _NO_DOMAINS)
    return False if found is not None or built_in or written.arrayBounds else None


def of_type(catalogue: Catalogue, table: Relation | None, name: str, written: Any) -> Work:
    """Return what another type of a column does with the rows."""
    column = table.columns.get(name) if table else None
    new = types.resolve(catalogue, written.typeName)
    if table is None or column is None or new is None:
        return Work(True, True, "rewritten with its indexes, unless the old type is compatible")
    using = written.raw_default
    if using is not None and not _is_plain(catalogue, column.type, name, using):
        return Work(True, True, "its USING computes each value")
    if types.rewrites(catalogue, column.type, new):
        return REWRITTEN
    indexed = [index for index in catalogue.owned(table, "i") if name in index.key]
    same = types.same_operators(catalogue, column.type, new) and not written.collClause
    checks = [
        one.name
        for one in catalogue.of(table)
        if one.kind == "c" and one.valid and name in one.columns
    ]
    notes = ["compatible: no rewrite"]
    if indexed and not same:
        notes.append(f"built anew: {', '.join(index.name for index in indexed)}")
    if checks:
        notes.append(f"checked anew: {', '.join(checks)}")
    return Work(False, bool(checks or (indexed and not same)), "; ".join(notes))


def _is_plain(catalogue: Catalogue, old: TypeRef, name: str, using: Any) -> bool:
    """Tell whether USING is the column itself, in casts that change nothing."""
    casts = []
    while using.is_a("TypeCast"):
        casts.append(using.typeName)
        using = using.arg
    if not using.is_a("ColumnRef") or using.fields["fields"][-1] != {"String": {"sval": name}}:
        return False
    for written in reversed(casts):
        new = types.resolve(catalogue, written)
        if new is None or types.rewrites(catalogue, old, new):
            return False
        old = new
    return True


def not_null(catalogue: Catalogue, table: Relation | None, name: str) -> Work:
    """Return what NOT NULL reads to be sure."""
    column = table.columns.get(name) if table else None
    if table is None or column is None:
        return Work(False, True, "scanned, unless a valid check proves it")
    if is_not_null(catalogue, table, name):
        return Work(note=f"{name} is not null already")
    if column.not_null:
        return READ
    proof = next(
        (one.name for one in catalogue.of(table) if one.valid and name in proves(one)),
        None,
    )
    return Work(note=f"proved by {proof}: no scan") if proof else READ


def is_not_null(catalogue: Catalogue, table: Relation | None, name: str) -> bool:
    """Tell whether a column is NOT NULL, and has been checked to be."""
    column = table.columns.get(name) if table else None
    return (
        table is not None
        and column is not None
        and column.not_null
        and all(
            one.valid for one in catalogue.of(table) if one.kind == "n" and one.columns == (name,)
        )
    )


def proves(check: Constraint) -> set[str]:
    """Return the columns that a check says are not null."""
    return {
        one.arg.fields["fields"][-1]["String"]["sval"]
        for one in conjuncts(check)
        if one.is_a("NullTest") and one.nulltesttype == "IS_NOT_NULL" and one.arg.is_a("ColumnRef")
    }


def conjuncts(check: Constraint) -> list[Any]:
    """Return the conditions that a check joins by AND."""
    if check.condition is not None:
        waiting = [check.condition]
    elif check.kind == "c" and check.expression:
        waiting = [tree(f"select {check.expression}").targetList[0].val]
    else:
        return []
    found = []
    while waiting:
        one = waiting.pop(0)
        if one.is_a("BoolExpr") and one.boolop == "AND_EXPR":
            waiting += one.args
        else:
            found.append(one)
    return found


def key_work(catalogue: Catalogue, table: Relation | None, constraint: Any) -> Work:
    """Return what a primary key or unique constraint on an index that exists reads."""
    if constraint.contype != "CONSTR_PRIMARY":
        return Work(note="takes an index that exists: no scan")
    index = catalogue.find(constraint.indexname, table.schema) if table else None
    if table is None or index is None:
        return Work(False, True, "scanned, unless its columns are not null")
    open_ones = [name for name in index.key if not_null(catalogue, table, name).scans]
    note = f"scanned for NOT NULL of {', '.join(open_ones)}" if open_ones else "no scan"
    return Work(False, bool(open_ones), f"takes an index that exists: {note}")
