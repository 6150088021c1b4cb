"""What the server refuses in a transaction block, as data: where its source asks, on what terms.

The list is that of the calls of PreventInTransactionBlock in PostgreSQL 16, 17 and 18. A block of
DO that commits, and a new label of an enumeration that is used at once, are refused there too.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgproof.files.statement import Kind, Statement

if TYPE_CHECKING:
    from pgproof.sql.parser import Node


def _always(_tree: "Node") -> bool:
    return True


@dataclass(frozen=True)
class Refusal:
    """Statements of one node of the parse tree, where `asks` holds; `examples` are some of them.

    The kind is EITHER where the server decides by what is in the database, or by its version.
    `since` is the first version that has the statement.
    """

    tag: str
    examples: tuple[str, ...]
    asks: Callable[["Node"], bool] = _always
    kind: Kind = Kind.OUTSIDE
    since: int = 16


def _option(tree: "Node", name: str) -> str | None:
    """Return the value of an option in WITH or SET; None where it is not given."""
    found = next((one for one in tree.options or () if one.defname == name), None)
    if found is None:
        return None
    value = found.arg
    if value is None:
        return "true"
    if value.is_a("TypeName"):  # Words that are not reserved are read as names of types.
        return str(value.names[-1].sval).lower()
    return str(value.ival or 0) if value.is_a("Integer") else str(value.sval).lower()


def _is_off(tree: "Node", name: str) -> bool:
    return _option(tree, name) in ("false", "off", "0")


def _concurrent(tree: "Node") -> bool:
    return bool(tree.concurrent)


def _detaches(tree: "Node") -> bool:
    commands = (command.def_ for command in tree.cmds or ())
    return any(one and one.is_a("PartitionCmd") and one.concurrent for one in commands)


def _reindexes_concurrently(tree: "Node") -> bool:
    return any(one.defname == "concurrently" for one in tree.params or ())


def _reindexes_one(tree: "Node") -> bool:
    return tree.kind in ("REINDEX_OBJECT_TABLE", "REINDEX_OBJECT_INDEX")


def _creates_slot(tree: "Node") -> bool:
    return not _is_off(tree, "create_slot") and not _is_off(tree, "connect")


def _refreshes(tree: "Node") -> bool:
    kind = tree.kind.removeprefix("ALTER_SUBSCRIPTION_")
    return kind.startswith("REFRESH") or (
        kind.endswith("_PUBLICATION") and not _is_off(tree, "refresh")
    )


def _alters_slot(option: str) -> Callable[["Node"], bool]:
    return lambda tree: (
        tree.kind == "ALTER_SUBSCRIPTION_OPTIONS" and _option(tree, option) is not None
    )


def _is_of_prepared(tree: "Node") -> bool:
    return tree.kind in ("TRANS_STMT_COMMIT_PREPARED", "TRANS_STMT_ROLLBACK_PREPARED")


REFUSALS = (
    Refusal("IndexStmt", ("create index concurrently i on t (a)",), _concurrent, Kind.CONCURRENT),
    Refusal("DropStmt", ("drop index concurrently u_a",), _concurrent, Kind.CONCURRENT),
    Refusal(
        "ReindexStmt",
        ("reindex table concurrently t", "reindex (concurrently) index t_a"),
        _reindexes_concurrently,
        Kind.CONCURRENT,
    ),
    Refusal(
        "AlterTableStmt",
        ("alter table parted detach partition part concurrently",),
        _detaches,
        Kind.CONCURRENT,
    ),
    Refusal(
        "ReindexStmt",
        ("reindex table parted", "reindex index parted_a"),
        _reindexes_one,
        Kind.EITHER,
    ),
    Refusal("ReindexStmt", ("reindex schema public", "reindex (verbose) system")),
    Refusal(
        "ClusterStmt",
        ("cluster parted using parted_a",),
        lambda tree: tree.relation is not None,
        Kind.EITHER,
    ),
    Refusal("ClusterStmt", ("cluster", "cluster verbose")),
    Refusal("VacuumStmt", ("vacuum", "vacuum (analyze) t"), lambda tree: bool(tree.is_vacuumcmd)),
    Refusal("AlterSystemStmt", ("alter system reset work_mem",)),
    Refusal("CreatedbStmt", ("create database template1",)),
    Refusal("DropdbStmt", ("drop database nowhere",)),
    Refusal(
        "AlterDatabaseStmt",
        ("alter database nowhere set tablespace pg_default",),
        lambda tree: _option(tree, "tablespace") is not None,
    ),
    Refusal("CreateTableSpaceStmt", ("create tablespace s location '/nowhere'",)),
    Refusal("DropTableSpaceStmt", ("drop tablespace nowhere",)),
    Refusal(
        "CreateSubscriptionStmt",
        ("create subscription s connection 'host=/nowhere' publication p",),
        _creates_slot,
    ),
    Refusal("DropSubscriptionStmt", ("drop subscription stopped",), kind=Kind.EITHER),
    Refusal(
        "AlterSubscriptionStmt",
        (
            "alter subscription started refresh publication",
            "alter subscription started set publication q",
            "alter subscription started add publication r",
            "alter subscription started drop publication q",
        ),
        _refreshes,
    ),
    Refusal(
        "AlterSubscriptionStmt",
        ("alter subscription stopped set (failover)",),
        _alters_slot("failover"),
        Kind.EITHER,
        since=17,
    ),
    Refusal(
        "AlterSubscriptionStmt",
        ("alter subscription stopped set (two_phase = off)",),
        _alters_slot("two_phase"),
        Kind.EITHER,
        since=18,
    ),
    Refusal(
        "TransactionStmt",
        ("commit prepared 'nowhere'", "rollback prepared 'nowhere'"),
        _is_of_prepared,
    ),
    Refusal(
        "DiscardStmt", ("discard all",), lambda tree: tree.target == "DISCARD_ALL", Kind.DISCARD
    ),
)
"""The first that holds of a statement counts."""

_ALTERS_TYPE = re.compile(r"alter\s+type\b", re.IGNORECASE)


def kind_of(tree: "Node") -> Kind:
    """Return what the first refusal that holds says, else ORDINARY."""
    held = (one.kind for one in REFUSALS if tree.is_a(one.tag) and one.asks(tree))
    return next(held, Kind.ORDINARY)


def needs_none(statements: Iterable[Statement]) -> bool:
    """Whether a file has a reason to run without a transaction."""
    inside = (Kind.ORDINARY, Kind.SETTING, Kind.COPY_STDIN, Kind.CONTROL)
    labelled = False
    for statement in statements:
        adds = _adds_label(statement.sql)
        if statement.kind not in inside or (labelled and not adds):
            return True
        labelled = labelled or adds
    return False


def _adds_label(text: str) -> bool:
    """Whether a statement adds a label to an enumeration, which is of no use before the commit."""
    if not _ALTERS_TYPE.match(text):
        return False
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(text)
    return tree.is_a("AlterEnumStmt") and tree.old_val is None
