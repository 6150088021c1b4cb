"""What a statement leaves in its session, which a file that is resumed does not find in another."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pgproof.files.problem import Problem
from pgproof.files.script import Script
from pgproof.files.statement import Kind

if TYPE_CHECKING:
    from pgproof.sql.parser import Node

_HINTED = re.compile(
    r"^do\b|\btemp(?:orary)?\b|pg_temp|set_config|advisory|currval|lastval|\bprepare\b|\bdeclare\b",
    re.IGNORECASE,
)
"""A statement without any of these words leaves nothing, and is not parsed."""
_SET_CONFIG = re.compile(r"\bset_config\s*\(", re.IGNORECASE)
_PART = re.compile(r"'[^']*'|[()]|[^'()]+")
_SET = re.compile(
    r"(?:;|\b(?:begin|then|else|loop))\s*(?:re)?set\s+(?!local\b|constraints\b|transaction\b)",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?:\btrue|'t(?:rue)?')\s*$", re.IGNORECASE)
_EXECUTED = re.compile("(Select|Insert|Update|Delete|Merge|CreateTableAs|Copy|Call|Explain)Stmt")
_CALLS = {
    "set_config": "setting",
    "currval": "sequence",
    "lastval": "sequence",
    **{
        f"pg_{verb}{suffix}": "lock"
        for verb in ("advisory_lock", "try_advisory_lock", "advisory_unlock")
        for suffix in ("", "_shared")
    },
    "pg_advisory_unlock_all": "lock",
}
_WHAT = {
    "setting": (
        "set_config() for the session",
        "Write SET; or SELECT set_config() with constants and nothing else, which is run again when"
        " the file is resumed; or make it local to its statement by `true`.",
    ),
    "block": (
        "SET in a DO block",
        "Write SET before the block, as a statement of its own, or SET LOCAL in the block.",
    ),
    "sequence": (
        "currval() or lastval()",
        "Use the value in the statement that draws it, by RETURNING for example.",
    ),
    "lock": (
        "an advisory lock of the session",
        "Take pg_advisory_xact_lock() in the statement that needs it.",
    ),
    "temporary": (
        "a temporary object",
        "Make an ordinary one, and drop it at the end of the file.",
    ),
    "prepared": ("PREPARE", "Write the statement itself where it is executed."),
    "cursor": ("a cursor", "Open and read it in one statement, a DO block for example."),
}


def resumption_problems(script: Script) -> list[Problem]:
    """Return the statements of a file without a transaction that leave what is not made again."""
    found = []
    for statement in script.statements:
        for what in dict.fromkeys(_left_by(statement.sql, statement.kind)):
            name, remedy = _WHAT[what]
            message = f"{name} in a file without a transaction is lost when the file is resumed"
            found.append(Problem(script.path, statement.line, message, remedy))
    return found


def _left_by(sql: str, kind: Kind) -> Iterator[str]:
    """Yield what the statement leaves or looks for in the session, as a key of `_WHAT`."""
    if not _HINTED.search(sql):
        return
    tree = _tree(sql)
    if kind is Kind.SETTING:
        if tree.name == "search_path" and _begins_with_pg_temp(tree):
            yield "temporary"
        return
    if tree.is_a("PrepareStmt"):
        yield "prepared"
    if tree.is_a("DeclareCursorStmt"):
        yield "cursor"
    if tree.is_a("DoStmt"):
        body = next((one.arg.sval or "" for one in tree.args if one.defname == "as"), "")
        found = [_arguments(body, match.end()) for match in _SET_CONFIG.finditer(body)]
        if not all(map(_LOCAL.search, found)):
            yield "setting"
        if _SET.search(body):
            yield "block"
        return
    for tag, fields in _nodes(tree.tag, tree.fields):
        schema = fields.get("schemaname") or (fields.get("sval") if tag == "String" else "")
        if fields.get("relpersistence") == "t" or str(schema).startswith("pg_temp"):
            yield "temporary"
        if tag == "FuncCall" and _EXECUTED.fullmatch(tree.tag) and (what := _called(fields)):
            yield what


def _arguments(body: str, start: int) -> str:
    """Return the text from `start` to the parenthesis that closes it."""
    depth, parts = 1, []
    for match in _PART.finditer(body, start):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            break
        parts.append(match[0])
    return "".join(parts)


def _called(fields: dict[str, Any]) -> str | None:
    """Return what a function leaves. set_config(…, true) leaves nothing."""
    what = _CALLS.get(fields["funcname"][-1]["String"]["sval"])
    last = fields.get("args", [None])[-1]
    is_local = last and last.get("A_Const", {}).get("boolval") == {"boolval": True}
    return None if what == "setting" and is_local else what


def _nodes(tag: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every node below a value of libpg_query's JSON with its tag, which may be empty."""
    if isinstance(value, list):
        for one in value:
            yield from _nodes("", one)
    elif isinstance(value, dict):
        yield tag, value
        for name, one in value.items():
            yield from _nodes(name if name[0].isupper() else "", one)


def _begins_with_pg_temp(search_path: "Node") -> bool:
    return any(
        one.fields.get("sval") == {"sval": "pg_temp"} for one in (search_path.args or ())[:1]
    )


def _tree(sql: str) -> "Node":
    from pgproof.sql.parser import tree

    return tree(sql)
