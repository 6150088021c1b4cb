"""ALTER TABLE, subcommand by subcommand: lock, rewrite, scan (PostgreSQL's tablecmds.c)."""

from collections.abc import Iterator
from typing import Any

from pgproof.ahead import columns, foreign, objects, partitions
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.columns import READ, REWRITTEN, Work
from pgproof.ahead.facts import STORED, Relation
from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    ROW_SHARE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    Effect,
    strength,
)
from pgproof.ahead.names import label, name_of, on

_LIGHT = frozenset(
    """
    AT_SetStatistics AT_ClusterOn AT_DropCluster AT_SetOptions AT_ResetOptions
    AT_ValidateConstraint AT_SetRelOptions AT_ResetRelOptions AT_AttachPartition
    AT_DetachPartitionFinalize
    """.split()  # noqa: SIM905
)
_TRIGGERS = frozenset(
    """
    AT_EnableTrig AT_EnableAlwaysTrig AT_EnableReplicaTrig AT_EnableTrigAll AT_EnableTrigUser
    AT_DisableTrig AT_DisableTrigAll AT_DisableTrigUser
    """.split()  # noqa: SIM905
)
_INHERITED = frozenset(
    """
    AT_AddColumn AT_DropColumn AT_AlterColumnType AT_SetNotNull AT_DropNotNull AT_ColumnDefault
    AT_SetStatistics AT_SetStorage AT_DropExpression AT_SetExpression
    """.split()  # noqa: SIM905
)
"""Commands that reach partitions and heirs."""
_PARTITIONED = _TRIGGERS | frozenset(
    "AT_AddIdentity AT_SetIdentity AT_DropIdentity AT_AlterConstraint".split()  # noqa: SIM905
)
"""Commands that reach partitions alone."""
_WITH_KEYS = ("CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION")


def alter_table(tree: Any, catalogue: Catalogue) -> Iterator[Effect]:
    """Yield the strongest lock on the table with all that its commands do, then the others."""
    if tree.objtype == "OBJECT_TYPE":
        yield from objects.alter_type(tree, catalogue)
        return
    if tree.objtype == "OBJECT_INDEX" and tree.cmds[0].subtype == "AT_AttachPartition":
        yield Effect(label(catalogue, tree.relation), SHARE_UPDATE_EXCLUSIVE)
        yield Effect(label(catalogue, tree.cmds[0].def_.name), ACCESS_EXCLUSIVE)
        return
    table = catalogue.named(tree.relation)
    commands = tree.cmds or ()
    locks = [_lock(tree, command) for command in commands]
    lock = max((lock for lock in locks if lock), key=strength, default="")
    if table is None and tree.missing_ok and catalogue.complete:
        return
    reached = [table] if lock else []
    if table is not None and tree.relation.inh:
        if any(_recurses(command, table, catalogue) for command in commands):
            reached += catalogue.descendants(table)
    elif table is not None and any(one.subtype == "AT_DropColumn" for one in commands):
        reached += catalogue.children(table)
    for one in reached:
        works = [
            _work(command, one, catalogue)
            for command in commands
            if one is table or (_recurses(command, table, catalogue) and not _is_local(command))
        ]
        stored = one is None or one.kind in STORED or tree.objtype == "OBJECT_INDEX"
        yield Effect(
            catalogue.label(one) if one else name_of(tree.relation),
            lock if one is table else _lock_below(commands, lock, catalogue),
            rewrites=stored and any(work.rewrites for work in works),
            scans=stored and any(work.scans for work in works),
            note="; ".join(dict.fromkeys(work.note for work in works if work.note)),
        )
    for command in commands:
        yield from _others(tree.relation, command, table, catalogue)


def _lock(tree: Any, command: Any) -> str:
    """Return the lock on the table; nothing where it is on others alone."""
    kind = command.subtype
    if kind in ("AT_AttachPartition", "AT_DetachPartition"):
        return ""
    if kind in ("AT_SetRelOptions", "AT_ResetRelOptions") and tree.objtype == "OBJECT_VIEW":
        return ACCESS_EXCLUSIVE
    if kind in _LIGHT:
        return SHARE_UPDATE_EXCLUSIVE
    if kind in _TRIGGERS or (kind == "AT_AddConstraint" and _is_foreign(command.def_)):
        return SHARE_ROW_EXCLUSIVE
    return ACCESS_EXCLUSIVE


def _is_foreign(constraint: Any) -> bool:
    return bool(constraint.contype == "CONSTR_FOREIGN")


def _lock_below(commands: Any, lock: str, catalogue: Catalogue) -> str:
    """Return the lock on partitions and heirs: before 18 a new key is built under SHARE alone."""
    keys = all(
        one.subtype == "AT_AddConstraint" and one.def_.contype in _WITH_KEYS for one in commands
    )
    return SHARE if keys and catalogue.version < 18 else lock


def _is_local(command: Any) -> bool:
    """Tell whether it locks partitions and heirs without doing anything to them."""
    return command.subtype == "AT_AddConstraint" and bool(command.def_.is_no_inherit)


def _recurses(command: Any, table: Relation | None, catalogue: Catalogue) -> bool:
    kind = command.subtype
    partitioned = table is not None and table.kind == "p"
    if kind == "AT_AddConstraint":
        if command.def_.is_no_inherit and catalogue.version < 18:
            return False
        return partitioned or command.def_.contype in ("CONSTR_CHECK", "CONSTR_NOTNULL")
    column = table.columns.get(command.name) if table and command.name else None
    if kind == "AT_SetNotNull" and columns.is_not_null(catalogue, table, command.name):
        return False
    if kind == "AT_DropNotNull" and catalogue.version >= 18 and column is not None:
        return column.not_null
    if kind in ("AT_DropConstraint", "AT_ValidateConstraint"):
        found = catalogue.constraint(table, command.name) if table else None
        if kind == "AT_ValidateConstraint" and (found is None or found.valid):
            return False
        return partitioned or (found is not None and found.kind in ("c", "n"))
    return kind in _INHERITED or (partitioned and kind in _PARTITIONED)


def _work(command: Any, table: Relation | None, catalogue: Catalogue) -> Work:
    """Return what a command does with the rows of the table or of one that it reaches."""
    kind, definition = command.subtype, command.def_
    if kind == "AT_AddColumn":
        there = table is not None and definition.colname in table.columns
        return Work() if there and command.missing_ok else columns.added(catalogue, definition)
    if kind == "AT_AddConstraint":
        return _new_constraint(definition, table, catalogue)
    if kind == "AT_AlterColumnType":
        return columns.of_type(catalogue, table, command.name, definition)
    if kind == "AT_SetNotNull":
        return columns.not_null(catalogue, table, command.name)
    if kind == "AT_ValidateConstraint":
        found = catalogue.constraint(table, command.name) if table else None
        return Work(note="is valid already: no scan") if found and found.valid else READ
    if kind == "AT_SetExpression":
        column = table.columns.get(command.name) if table else None
        return Work() if column and column.generated == "v" else REWRITTEN
    if kind in ("AT_SetLogged", "AT_SetUnLogged") and table is not None:
        wanted = "p" if kind == "AT_SetLogged" else "u"
        return Work() if table.persistence == wanted else REWRITTEN
    if kind == "AT_SetAccessMethod" and table is not None:
        return Work() if table.method == (command.name or catalogue.method) else REWRITTEN
    if kind == "AT_SetTableSpace":
        now = (table.tablespace or catalogue.tablespace) if table else None
        return Work() if now == command.name else Work(rewrites=True, note="copied as it is")
    unsure = kind in ("AT_SetLogged", "AT_SetUnLogged", "AT_SetAccessMethod")
    return REWRITTEN if unsure else Work()


def _new_constraint(constraint: Any, table: Relation | None, catalogue: Catalogue) -> Work:
    kind = constraint.contype
    if kind in _WITH_KEYS:
        if constraint.indexname:
            return columns.key_work(catalogue, table, constraint)
        return Work(scans=True, note="an index is built meanwhile")
    if constraint.skip_validation:
        return Work(note="not valid: no scan")
    if kind == "CONSTR_NOTNULL":
        return columns.not_null(catalogue, table, constraint.keys[0].sval)
    return READ


def _others(
    relation: Any, command: Any, table: Relation | None, catalogue: Catalogue
) -> Iterator[Effect]:
    """Yield what a command does to other tables than the one that is named."""
    kind, definition = command.subtype, command.def_
    if kind == "AT_AttachPartition":
        yield from partitions.attached(catalogue, relation, definition)
    elif kind == "AT_DetachPartition":
        yield from partitions.detached(catalogue, relation, definition)
    elif kind == "AT_AddInherit":
        yield Effect(label(catalogue, definition), SHARE_UPDATE_EXCLUSIVE, note="is inherited from")
    elif kind == "AT_AddConstraint":
        scans = not definition.skip_validation
        yield from foreign.added(catalogue, definition, table, scans=scans)
    elif kind == "AT_AddColumn" and not (
        table and definition.colname in table.columns and command.missing_ok
    ):
        constraints = definition.constraints or ()
        scans = any(one.contype == "CONSTR_DEFAULT" for one in constraints)
        for constraint in constraints:
            yield from foreign.added(catalogue, constraint, table, scans=scans)
    elif table is not None:
        yield from _known_others(command, table, catalogue)


def _known_others(command: Any, table: Relation, catalogue: Catalogue) -> Iterator[Effect]:
    kind, name = command.subtype, command.name
    constraint = catalogue.constraint(table, name) if name else None
    if kind == "AT_ValidateConstraint" and constraint and not constraint.valid:
        yield from foreign.validated(catalogue, constraint, ROW_SHARE)
    elif kind in ("AT_DropConstraint", "AT_AlterConstraint") and constraint:
        if kind == "AT_DropConstraint":
            yield from foreign.dropped(catalogue, (constraint,))
    elif kind == "AT_DropColumn":
        yield from foreign.dropped(
            catalogue, [one for one in catalogue.of(table) if name in one.columns]
        )
        yield from on(catalogue, catalogue.views_on(table, name), ACCESS_EXCLUSIVE, "is dropped")
    elif kind == "AT_AlterColumnType":
        read = columns.of_type(catalogue, table, name, command.def_).rewrites
        yield from foreign.retyped(catalogue, table, name, read=read)
