"""What statements do to functions, procedures, views and policies, read from their parse trees."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pgproof.files.objects import Act, Change, Named, Shape
from pgproof.files.statement import Statement

if TYPE_CHECKING:
    from pgproof.sql.parser import Node

_LIKELY = re.compile(
    r"(?:create|drop|alter|comment)\b(?:\s|or|replace|on|temp|temporary|recursive)*"
    r"\b(?:function|procedure|routine|view|policy|column)\b",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")
_RESULT = frozenset(("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"))
_KINDS = {
    "OBJECT_FUNCTION": "routine",
    "OBJECT_PROCEDURE": "routine",
    "OBJECT_ROUTINE": "routine",
    "OBJECT_VIEW": "view",
    "OBJECT_COLUMN": "view",
    "OBJECT_POLICY": "policy",
}


def asked(text: str) -> Named | None:
    """Read `schema.name` or `schema.name(type, …)`; None for anything else."""
    from pgproof.sql import parser

    statement = f"drop routine {text}"
    try:
        if len(parser.split(statement)) != 1 or parser.comments(statement):
            return None
        tree = parser.tree(statement)
    except parser.SyntaxProblem:
        return None
    if len(tree.objects) != 1 or tree.behavior != "DROP_RESTRICT":
        return None
    routine = _routine(tree.objects[0])
    return Named("", routine.name, routine.arguments)


def changes(statements: Iterable[Statement]) -> Iterator[Change]:
    """Yield what statements do to routines, views and policies, in order.

    What a DO block or a function executes is not seen.
    """
    from pgproof.sql.parser import tree

    for statement in statements:
        if _LIKELY.match(statement.sql):
            yield from _changes(statement, tree(statement.sql))


def _changes(statement: Statement, tree: "Node") -> Iterator[Change]:
    def change(act: Act, named: Named, column: str = "") -> Change:
        return Change(act, named, statement, column)

    if tree.is_a("CreateFunctionStmt"):
        inputs = _inputs(tree)
        named = Named("routine", _name(tree.funcname), tuple(_type(one.argType) for one in inputs))
        parameters = tuple((one.name or "", one.defexpr is not None) for one in inputs)
        shape = Shape(tree.tag, bool(tree.is_procedure), parameters, _result(tree))
        yield Change(Act.CREATE, named, statement, shape=shape, replaces=bool(tree.replace))
    elif tree.is_a("ViewStmt"):
        named, shape = Named("view", _relation(tree.view)), Shape(tree.tag, columns=_columns(tree))
        yield Change(Act.CREATE, named, statement, shape=shape, replaces=bool(tree.replace))
    elif tree.is_a("CreatePolicyStmt", "AlterPolicyStmt"):
        act = Act.CREATE if tree.is_a("CreatePolicyStmt") else Act.ALTER
        named = Named("policy", _policy(tree.policy_name, _relation(tree.table)))
        yield Change(act, named, statement, replaces=True)
    elif tree.is_a("AlterFunctionStmt"):
        yield change(Act.ALTER, _routine(tree.func))
    elif tree.is_a("DropStmt") and tree.removeType in _KINDS:
        for one in tree.objects:
            yield change(Act.DROP, _named(tree.removeType, one))
    elif tree.is_a("CommentStmt") and tree.objtype in _KINDS:
        column = tree.object[-1].sval if tree.objtype == "OBJECT_COLUMN" else ""
        yield change(Act.COMMENT, _named(tree.objtype, tree.object), column)
    elif tree.is_a("RenameStmt", "AlterObjectSchemaStmt"):
        kind = tree.renameType or tree.objectType
        if kind == "OBJECT_VIEW" and tree.relation is not None:
            yield change(Act.DROP, Named("view", _relation(tree.relation)))
        elif kind in _KINDS and tree.object is not None:
            yield change(Act.DROP, _named(kind, tree.object))


def _named(kind: str, node: Any) -> Named:
    if _KINDS[kind] == "routine":
        return _routine(node)
    if kind == "OBJECT_POLICY":
        return Named("policy", _policy(node[-1].sval, _name(node[:-1])))
    return Named("view", _name(node[:-1] if kind == "OBJECT_COLUMN" else node))


def _routine(node: "Node") -> Named:
    arguments = None
    if not node.args_unspecified:
        inputs = (one for one in node.objfuncargs or () if one.mode not in _RESULT)
        arguments = tuple(_type(one.argType) for one in inputs)
    return Named("routine", _name(node.objname), arguments)


def _inputs(tree: "Node") -> list["Node"]:
    return [one for one in tree.parameters or () if one.mode not in _RESULT]


def _result(tree: "Node") -> tuple[object, ...]:
    """Return the type that a routine returns, and the columns or OUT parameters of a row."""
    modes = _RESULT | {"FUNC_PARAM_INOUT"}
    rows = [(one.name, _type(one.argType)) for one in tree.parameters or () if one.mode in modes]
    one = tree.returnType
    return (one and _type(one), one and one.setof, *rows)


def _columns(view: "Node") -> tuple[object, ...]:
    """Return the names of a view's columns; of one without a name, what it is."""
    query = view.query
    while query.larg is not None:
        query = query.larg
    columns: list[object] = []
    for one in query.targetList or ():
        fields = one.val.fields_ if one.val.is_a("ColumnRef") else None
        columns.append(one.name or (fields[-1].sval if fields else None) or one.val.tag)
    named = [one.sval for one in view.aliases or ()]
    return (*named, *columns[len(named) :])


def _type(node: "Node") -> str:
    names = [one.sval for one in node.names]
    text = _quoted(names[1:] if names[0] == "pg_catalog" else names)
    return text + ("%type" if node.pct_type else "") + "[]" * len(node.arrayBounds or ())


def _name(nodes: Iterable["Node"]) -> str:
    return _full([one.sval for one in nodes])


def _relation(node: "Node") -> str:
    return _full([part for part in (node.schemaname, node.relname) if part])


def _policy(name: str, table: str) -> str:
    return f"{_quoted([name])} on {table}"


def _full(parts: list[str]) -> str:
    return _quoted(parts[1:] if len(parts) > 1 and parts[0] == "public" else parts)


def _quoted(parts: Iterable[str]) -> str:
    return ".".join(
        part if _PLAIN.fullmatch(part) else '"' + part.replace('"', '""') + '"' for part in parts
    )
