"""ALTER TABLE, subcommand by subcommand: lock, rewrite, scan (PostgreSQL's tablecmds.c)."""

from collections.abc import Iterator
from typing import Any

from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
    strength,
)

_LIGHT = frozenset(
    (
        "AT_SetStatistics",
        "AT_ClusterOn",
        "AT_DropCluster",
        "AT_SetOptions",
        "AT_ResetOptions",
        "AT_ValidateConstraint",
        "AT_SetRelOptions",
        "AT_ResetRelOptions",
        "AT_AttachPartition",
        "AT_DetachPartitionFinalize",
    )
)
_MIDDLE = frozenset(
    (
        "AT_EnableTrig",
        "AT_EnableAlwaysTrig",
        "AT_EnableReplicaTrig",
        "AT_EnableTrigAll",
        "AT_EnableTrigUser",
        "AT_DisableTrig",
        "AT_DisableTrigAll",
        "AT_DisableTrigUser",
    )
)
_REWRITING = frozenset(
    (
        "AT_SetLogged",
        "AT_SetUnLogged",
        "AT_SetAccessMethod",
        "AT_SetTableSpace",
        "AT_SetExpression",
    )
)
_SERIAL = frozenset(("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"))
_STABLE = frozenset(("now", "current_setting", "transaction_timestamp", "statement_timestamp"))


def name_of(relation: Any) -> str:
    """Return `schema.name`, or the name alone where no schema is written."""
    parts = [relation.schemaname, relation.relname]
    return ".".join(part for part in parts if part)


def references(constraint: Any) -> Iterator[Effect]:
    """Yield the lock that a new foreign key takes on the table it points at."""
    if constraint.contype == "CONSTR_FOREIGN":
        yield Effect(name_of(constraint.pktable), SHARE_ROW_EXCLUSIVE, note="is referenced")


def alter_table(tree: Any) -> Iterator[Effect]:
    """Yield the strongest lock on the table with all that its commands do, then the others."""
    table = name_of(tree.relation)
    own: list[Effect] = []
    others: list[Effect] = []
    for command in tree.cmds or ():
        for effect in _command(table, command):
            (own if effect.relation == table else others).append(effect)
    if own:
        yield Effect(
            table,
            max((effect.lock for effect in own), key=strength),
            rewrites=any(effect.rewrites for effect in own),
            scans=any(effect.scans for effect in own),
            note="; ".join(dict.fromkeys(effect.note for effect in own if effect.note)),
        )
    yield from others


def _command(table: str, command: Any) -> Iterator[Effect]:
    kind = command.subtype
    if kind == "AT_AddColumn":
        yield from _add_column(table, command.def_)
    elif kind == "AT_AddConstraint":
        yield from _add_constraint(table, command.def_)
    elif kind == "AT_AlterColumnType":
        note = "rewritten with its indexes, unless the old type is binary compatible"
        yield Effect(table, ACCESS_EXCLUSIVE, rewrites=True, scans=True, note=note)
    elif kind == "AT_SetNotNull":
        note = "scanned, unless a valid check already proves it"
        yield Effect(table, ACCESS_EXCLUSIVE, scans=True, note=note)
    elif kind == "AT_ValidateConstraint":
        note = "a foreign key also takes ROW SHARE on the table it points at"
        yield Effect(table, SHARE_UPDATE_EXCLUSIVE, scans=True, note=note)
    elif kind == "AT_AttachPartition":
        note = "scanned, unless a valid check already proves its bound"
        yield Effect(table, SHARE_UPDATE_EXCLUSIVE)
        yield Effect(name_of(command.def_.name), ACCESS_EXCLUSIVE, scans=True, note=note)
    elif kind == "AT_DetachPartition":
        concurrent = bool(command.def_.concurrent)
        lock = SHARE_UPDATE_EXCLUSIVE if concurrent else ACCESS_EXCLUSIVE
        yield Effect(table, lock)
        yield Effect(name_of(command.def_.name), ACCESS_EXCLUSIVE)
    elif kind in ("AT_AddInherit", "AT_DropInherit"):
        yield Effect(table, ACCESS_EXCLUSIVE)
        yield Effect(name_of(command.def_), SHARE_UPDATE_EXCLUSIVE)
    elif kind in _LIGHT:
        yield Effect(table, SHARE_UPDATE_EXCLUSIVE)
    elif kind in _MIDDLE:
        yield Effect(table, SHARE_ROW_EXCLUSIVE, note="writers wait")
    else:
        rewrites = kind in _REWRITING
        yield Effect(table, ACCESS_EXCLUSIVE, rewrites=rewrites, scans=rewrites)


def _add_column(table: str, column: Any) -> Iterator[Effect]:
    kinds = {constraint.contype for constraint in column.constraints or ()}
    serial = column.typeName.names[-1].sval in _SERIAL
    default = next(
        (c.raw_expr for c in column.constraints or () if c.contype == "CONSTR_DEFAULT"), None
    )
    stored = "CONSTR_GENERATED" in kinds or "CONSTR_IDENTITY" in kinds or serial
    functions = _functions(default) - _STABLE
    rewrites = stored or bool(functions)
    note = "constant default: no rewrite" if default is not None and not rewrites else ""
    if functions:
        note = f"rewritten, unless {', '.join(sorted(functions))} is stable"
    scans = rewrites or bool(kinds & {"CONSTR_CHECK", "CONSTR_UNIQUE", "CONSTR_PRIMARY"})
    yield Effect(table, ACCESS_EXCLUSIVE, rewrites=rewrites, scans=scans, note=note)
    for constraint in column.constraints or ():
        yield from references(constraint)


def _add_constraint(table: str, constraint: Any) -> Iterator[Effect]:
    kind = constraint.contype
    not_valid = bool(constraint.skip_validation)
    if kind == "CONSTR_FOREIGN":
        note = "not valid: no scan" if not_valid else "the table it points at is read too"
        yield Effect(table, SHARE_ROW_EXCLUSIVE, scans=not not_valid, note=note)
        yield from references(constraint)
    elif kind in ("CONSTR_UNIQUE", "CONSTR_PRIMARY") and constraint.indexname:
        note = "takes an index that exists"
        scans = kind == "CONSTR_PRIMARY"
        yield Effect(table, ACCESS_EXCLUSIVE, scans=scans, note=note)
    elif kind in ("CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION"):
        yield Effect(table, ACCESS_EXCLUSIVE, scans=True, note="an index is built meanwhile")
    else:
        note = "not valid: no scan" if not_valid else ""
        yield Effect(table, ACCESS_EXCLUSIVE, scans=not not_valid, note=note)


def _functions(expression: Any) -> set[str]:
    """Return the names of the functions that an expression calls."""
    if expression is None:
        return set()
    if expression.is_a("FuncCall"):
        name = [part.sval for part in expression.funcname or ()][-1]
        return {name}.union(*(_functions(argument) for argument in expression.args or ()))
    if expression.is_a("TypeCast"):
        return _functions(expression.arg)
    if expression.is_a("A_Expr"):
        return _functions(expression.lexpr) | _functions(expression.rexpr)
    if expression.is_a("CoalesceExpr", "BoolExpr"):
        return set().union(*(_functions(argument) for argument in expression.args or ()))
    return set()
