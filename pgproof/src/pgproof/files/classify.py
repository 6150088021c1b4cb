"""What a statement asks of the transaction around it.

Hot path: the first words decide, so that a file of thousands of inserts costs no syntax tree; only
where they leave it open is the statement parsed.
"""

import re
from typing import TYPE_CHECKING

from pgproof.files.statement import Kind

if TYPE_CHECKING:
    from pgproof.sql.parser import Node

_CONTROL = frozenset(
    "abort begin commit end release rollback savepoint start".split()  # noqa: SIM905
)
_FIRST = re.compile(r"[\s(]*([a-z]+)(?:\s+([a-z]+))?", re.IGNORECASE)
_OUTSIDE = frozenset(
    {
        ("alter", "system"),
        ("alter", "database"),
        ("create", "database"),
        ("create", "tablespace"),
        ("create", "subscription"),
        ("drop", "database"),
        ("drop", "tablespace"),
        ("drop", "subscription"),
        ("reindex", "database"),
        ("reindex", "system"),
        ("reindex", "schema"),
    }
)
_NEVER_INSIDE = (
    "AlterSystemStmt",
    "CreatedbStmt",
    "DropdbStmt",
    "CreateTableSpaceStmt",
    "DropTableSpaceStmt",
    "CreateSubscriptionStmt",
    "DropSubscriptionStmt",
)
_MAY_BE_CONCURRENT = frozenset(("alter", "create", "drop", "reindex"))


def kind_of(sql: str) -> Kind:
    """Classify one statement that PostgreSQL's parser accepts and that begins with its code."""
    match = _FIRST.match(sql)
    first, second = (match[1].lower(), (match[2] or "").lower()) if match else ("", "")
    if first in _CONTROL or (first, second) == ("prepare", "transaction"):
        return Kind.CONTROL
    if first in ("set", "reset"):
        return Kind.SETTING if second not in ("constraints", "local") else Kind.ORDINARY
    if first in ("listen", "unlisten", "load"):
        return Kind.SETTING
    if first == "select" and "set_config" in sql.lower():
        return Kind.SETTING if _sets_alone(sql) else Kind.ORDINARY
    if first == "call":
        return Kind.CALL
    if first == "copy":
        return Kind.COPY_STDIN if _reads_stdin(sql) else Kind.ORDINARY
    if first == "vacuum" or (first == "cluster" and not second):
        return Kind.OUTSIDE
    if first in _MAY_BE_CONCURRENT and "concurrently" in sql.lower() and _is_concurrent(sql):
        return Kind.CONCURRENT
    if (first, second) in _OUTSIDE or first == "reindex":
        return _outside(sql)
    if first == "alter" and "finalize" in sql.lower():
        return Kind.CONCURRENT if _is_concurrent(sql) else Kind.ORDINARY
    return Kind.ORDINARY


def _tree(sql: str) -> "Node":
    from pgproof.sql.parser import tree

    return tree(sql)


def _reads_stdin(sql: str) -> bool:
    tree = _tree(sql)
    return (
        tree.is_a("CopyStmt")
        and bool(tree.is_from)
        and tree.filename is None
        and not tree.is_program
    )


def _sets_alone(sql: str) -> bool:
    """Whether a SELECT does nothing but set parameters of the session to constants."""
    tree = _tree(sql)
    if not tree.is_a("SelectStmt") or not tree.fields.keys() <= {"targetList", "limitOption", "op"}:
        return False
    calls = [target.val for target in tree.targetList or ()]
    return all(
        call.is_a("FuncCall")
        and call.funcname[-1].sval == "set_config"
        and all(one.is_a("A_Const") for one in call.args or ())
        and [one.fields.get("boolval") for one in call.args or ()][-1:] == [{}]
        for call in calls
    )


def _is_concurrent(sql: str) -> bool:
    tree = _tree(sql)
    if tree.is_a("IndexStmt", "DropStmt"):
        return bool(tree.concurrent)
    if tree.is_a("ReindexStmt"):
        return any(option.defname == "concurrently" for option in tree.params or ())
    if tree.is_a("AlterTableStmt"):
        return any(
            command.def_ is not None
            and command.def_.is_a("PartitionCmd")
            and bool(command.def_.concurrent)
            for command in tree.cmds or ()
        )
    return False


def _outside(sql: str) -> Kind:
    """Tell the forms of the `_OUTSIDE` words that a transaction block accepts from the others."""
    tree = _tree(sql)
    if tree.is_a("AlterDatabaseStmt"):
        moves = any(option.defname == "tablespace" for option in tree.options or ())
        return Kind.OUTSIDE if moves else Kind.ORDINARY
    if tree.is_a("ReindexStmt"):
        single = tree.kind in ("REINDEX_OBJECT_INDEX", "REINDEX_OBJECT_TABLE")
        return Kind.ORDINARY if single else Kind.OUTSIDE
    return Kind.OUTSIDE if tree.is_a(*_NEVER_INSIDE) else Kind.ORDINARY
