"""Statements that change what databases of a server share: roles, databases, parameters."""

from collections.abc import Collection
from typing import Any

from pgproof.ahead.functions import walk

_ROLES = ("AlterRoleStmt", "AlterRoleSetStmt", "DropRoleStmt", "GrantRoleStmt")
_SERVER = (
    "AlterDatabaseStmt",
    "AlterDatabaseSetStmt",
    "AlterDatabaseRefreshCollStmt",
    "AlterSystemStmt",
    "AlterTableSpaceOptionsStmt",
    "CreatedbStmt",
    "CreateSubscriptionStmt",
    "CreateTableSpaceStmt",
    "AlterSubscriptionStmt",
    "DropdbStmt",
    "DropSubscriptionStmt",
    "DropTableSpaceStmt",
)
_KINDS = ("objtype", "objectType", "renameType", "removeType")
_SHARED = ("OBJECT_DATABASE", "OBJECT_ROLE", "OBJECT_TABLESPACE", "OBJECT_SUBSCRIPTION")
CREATES = "CreateRoleStmt"


def is_shared(tree: Any, made: Collection[str]) -> bool:
    """Whether a statement changes what would be changed for other databases, too.

    `made` are roles that exist for the copies alone.
    """
    if tree.is_a(*_ROLES):
        return not _roles(tree) & set(made)
    return tree.is_a(*_SERVER) or any(tree.fields.get(kind) in _SHARED for kind in _KINDS)


def created(tree: Any) -> str:
    """Return the name of the role that a statement makes; empty if it makes none."""
    return str(tree.role or "") if tree.is_a(CREATES) else ""


def _roles(tree: Any) -> set[str]:
    return {
        str(one)
        for node in walk(tree)
        for one in (node.rolename, node.priv_name, node.role)
        if isinstance(one, str)
    }
