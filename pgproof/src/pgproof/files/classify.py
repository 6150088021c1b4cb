"""What a statement asks of the transaction around it.

Hot path: the first words decide, so that a file of thousands of inserts costs no syntax tree; only
where they leave it open is the statement parsed.
"""

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from pgproof.files import outside
from pgproof.files.statement import Kind

if TYPE_CHECKING:
    from pgproof.sql.parser import Node

_CONTROL = frozenset(
    "abort begin commit end release rollback savepoint start".split()  # noqa: SIM905
)
_FIRST = re.compile(r"[\s(]*([a-z]+)(?:\s+([a-z]+))?", re.IGNORECASE)
_ASKED = frozenset(("cluster", "discard", "reindex", "vacuum"))
_ASKED_OF = frozenset(
    (first, second)
    for first in ("alter", "create", "drop")
    for second in ("database", "subscription", "system", "tablespace")
)
_MAY_BE_CONCURRENT = frozenset(("alter", "create", "drop"))
_ENDS = frozenset(("commit", "rollback", "call"))
_BEFORE = frozenset((";", "begin", "then", "else", "loop", ">>"))
"""What stands before a statement of PL/pgSQL."""


def kind_of(sql: str) -> Kind:
    """Classify one statement that PostgreSQL's parser accepts and that begins with its code."""
    match = _FIRST.match(sql)
    first, second = (match[1].lower(), (match[2] or "").lower()) if match else ("", "")
    if first in _CONTROL or (first, second) == ("prepare", "transaction"):
        return outside.kind_of(_tree(sql)) if second == "prepared" else Kind.CONTROL
    if first in ("set", "reset"):
        return Kind.SETTING if second not in ("constraints", "local") else Kind.ORDINARY
    if first in ("listen", "unlisten", "load"):
        return Kind.SETTING
    if first == "select" and "set_config" in sql.lower():
        return Kind.SETTING if _sets_alone(sql) else Kind.ORDINARY
    if first == "call":
        return Kind.CALL
    if first == "do":
        return Kind.CALL if _may_commit(_tree(sql)) else Kind.ORDINARY
    if first == "copy":
        return Kind.COPY_STDIN if _reads_stdin(sql) else Kind.ORDINARY
    if (
        first in _ASKED
        or (first, second) in _ASKED_OF
        or (first in _MAY_BE_CONCURRENT and "concurrently" in sql.lower())
    ):
        return outside.kind_of(_tree(sql))
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


def _may_commit(tree: "Node") -> bool:
    """Whether a block of DO may end transactions: by its own statement, or one of a procedure."""
    options = {one.defname: one.arg.sval for one in tree.args or ()}
    body = options["as"] or ""
    if not any(word in body.lower() for word in _ENDS):
        return False
    if options.get("language", "plpgsql") != "plpgsql":
        return True
    from pgproof.sql.parser import SyntaxProblem, tokens

    try:
        words = [token.lower() for token in tokens(body)]
    except SyntaxProblem:
        return True
    return any(word in _ENDS and before in _BEFORE for before, word in pairwise(words))
