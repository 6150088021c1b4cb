"""ALTER TABLE, subcommand by subcommand: lock, rewrite, scan (PostgreSQL's tablecmds.c)."""

from collections.abc import Iterator
from typing import Any

from pglast import ast, enums

from tooling.migration.effects import (
    ACCESS_EXCLUSIVE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
    name_of,
    references,
    strength,
)

_AT = enums.AlterTableType
_CON = enums.ConstrType

_LIGHT = frozenset(
    (
        _AT.AT_SetStatistics,
        _AT.AT_ClusterOn,
        _AT.AT_DropCluster,
        _AT.AT_SetOptions,
        _AT.AT_ResetOptions,
        _AT.AT_ValidateConstraint,
        _AT.AT_SetRelOptions,
        _AT.AT_ResetRelOptions,
        _AT.AT_AttachPartition,
        _AT.AT_DetachPartitionFinalize,
    )
)
_MIDDLE = frozenset(
    (
        _AT.AT_EnableTrig,
        _AT.AT_EnableAlwaysTrig,
        _AT.AT_EnableReplicaTrig,
        _AT.AT_EnableTrigAll,
        _AT.AT_EnableTrigUser,
        _AT.AT_DisableTrig,
        _AT.AT_DisableTrigAll,
        _AT.AT_DisableTrigUser,
    )
)
_REWRITING = frozenset(
    (
        _AT.AT_SetLogged,
        _AT.AT_SetUnLogged,
        _AT.AT_SetAccessMethod,
        _AT.AT_SetTableSpace,
        _AT.AT_SetExpression,
    )
)
_SERIAL = frozenset(("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"))
_STABLE = frozenset(("now", "current_setting", "transaction_timestamp", "statement_timestamp"))


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
    if kind == _AT.AT_AddColumn:
        yield from _add_column(table, command.def_)
    elif kind == _AT.AT_AddConstraint:
        yield from _add_constraint(table, command.def_)
    elif kind == _AT.AT_AlterColumnType:
        note = "rewritten with its indexes, unless the old type is binary compatible"
        yield Effect(table, ACCESS_EXCLUSIVE, rewrites=True, scans=True, note=note)
    elif kind == _AT.AT_SetNotNull:
        note = "scanned, unless a valid check already proves it"
        yield Effect(table, ACCESS_EXCLUSIVE, scans=True, note=note)
    elif kind == _AT.AT_ValidateConstraint:
        note = "a foreign key also takes ROW SHARE on the table it points at"
        yield Effect(table, SHARE_UPDATE_EXCLUSIVE, scans=True, note=note)
    elif kind == _AT.AT_AttachPartition:
        note = "scanned, unless a valid check already proves its bound"
        yield Effect(table, SHARE_UPDATE_EXCLUSIVE)
        yield Effect(name_of(command.def_.name), ACCESS_EXCLUSIVE, scans=True, note=note)
    elif kind == _AT.AT_DetachPartition:
        concurrent = bool(command.def_.concurrent)
        lock = SHARE_UPDATE_EXCLUSIVE if concurrent else ACCESS_EXCLUSIVE
        yield Effect(table, lock)
        yield Effect(name_of(command.def_.name), ACCESS_EXCLUSIVE)
    elif kind in (_AT.AT_AddInherit, _AT.AT_DropInherit):
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
        (c.raw_expr for c in column.constraints or () if c.contype == _CON.CONSTR_DEFAULT), None
    )
    stored = _CON.CONSTR_GENERATED in kinds or _CON.CONSTR_IDENTITY in kinds or serial
    functions = _functions(default) - _STABLE
    rewrites = stored or bool(functions)
    note = "constant default: no rewrite" if default is not None and not rewrites else ""
    if functions:
        note = f"rewritten, unless {', '.join(sorted(functions))} is stable"
    scans = rewrites or bool(kinds & {_CON.CONSTR_CHECK, _CON.CONSTR_UNIQUE, _CON.CONSTR_PRIMARY})
    yield Effect(table, ACCESS_EXCLUSIVE, rewrites=rewrites, scans=scans, note=note)
    for constraint in column.constraints or ():
        yield from references(constraint)


def _add_constraint(table: str, constraint: Any) -> Iterator[Effect]:
    kind = constraint.contype
    not_valid = bool(constraint.skip_validation)
    if kind == _CON.CONSTR_FOREIGN:
        note = "not valid: no scan" if not_valid else "the table it points at is read too"
        yield Effect(table, SHARE_ROW_EXCLUSIVE, scans=not not_valid, note=note)
        yield from references(constraint)
    elif kind in (_CON.CONSTR_UNIQUE, _CON.CONSTR_PRIMARY) and constraint.indexname:
        note = "takes an index that exists"
        scans = kind == _CON.CONSTR_PRIMARY
        yield Effect(table, ACCESS_EXCLUSIVE, scans=scans, note=note)
    elif kind in (_CON.CONSTR_UNIQUE, _CON.CONSTR_PRIMARY, _CON.CONSTR_EXCLUSION):
        yield Effect(table, ACCESS_EXCLUSIVE, scans=True, note="an index is built meanwhile")
    else:
        note = "not valid: no scan" if not_valid else ""
        yield Effect(table, ACCESS_EXCLUSIVE, scans=not not_valid, note=note)


def _functions(expression: Any) -> set[str]:
    """Return the names of the functions that an expression calls."""
    if isinstance(expression, ast.FuncCall):
        name = [part.sval for part in expression.funcname or ()][-1]
        return {name}.union(*(_functions(argument) for argument in expression.args or ()))
    if isinstance(expression, ast.TypeCast):
        return _functions(expression.arg)
    if isinstance(expression, ast.A_Expr):
        return _functions(expression.lexpr) | _functions(expression.rexpr)
    if isinstance(expression, ast.CoalesceExpr | ast.BoolExpr):
        return set().union(*(_functions(argument) for argument in expression.args or ()))
    return set()
