"""Every statement of the database's functions and views, of the programs and of migrations, parsed.

What is put together at run time counts as well: a text in it that is SQL is read with a name in the
place of each thing that is filled in.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pglast
import psycopg
from pglast import ast as nodes
from pglast.visitors import Visitor

ROOT = Path(__file__).resolve().parents[3]
_SQL = re.compile(
    r"\s*(?:(?:with|select|insert into|update|delete from|merge into|copy|lock table|alter|create"
    r"|drop|truncate|reset|refresh|analyze|vacuum|reindex|prepare|call|notify|listen)\s+\S"
    r"|set (?:local )?[\w.]+ (?:=|to) )"
)
_FILLED = re.compile(r"%\(\w+\)s|%(?:\d+\$)?[sIL]|\{\w*\}")
# What stands for more than a name, and the lines of a script that pgbench and not the server reads.
_LONGER = (
    (re.compile(r"^(\s*prepare [\w{}]+) \(.*?\) as \{.*", re.DOTALL), r"\1 (text) as select 1"),
    (re.compile(r"\b(copy|log as) \(\{\w*\}\)"), r"\1 (select 1)"),
    (re.compile(r"\blateral \(\{\w*\}\) as"), "lateral (select 1) as"),
    (re.compile(r"\bset \{\w*\} from\b"), "set a = staged.a from"),
    (re.compile(r"\bvalues (\{\w*\}|%s)\)"), "values (1, 2))"),
    (re.compile(r"\(\{\}, source_row\b"), "(a text, source_row"),
    (re.compile(r"\banalyze %s %s"), "analyze %s"),
    (re.compile(r"\bfrom \(%s\) to\b"), "from (1) to"),
    (re.compile(r"\bfrom \(%s\) as\b"), "from (select 1) as"),
    (re.compile(r"\\gset\s"), ";\n"),
    (re.compile(r"^\\\w.*$", re.MULTILINE), ""),
    (re.compile(r"^EVENT\\\w+", re.MULTILINE), ""),
    (re.compile(r"(?<!:):(?=[a-z])"), ""),
)
_ASSIGNED = re.compile(r"^\s*[\w.\[\]:]+\s*:?=\s*")
_ROUTINES = """
    select p.oid::regprocedure::text, pg_get_functiondef(p.oid), l.lanname,
           p.prorettype = 'trigger'::regtype,
           not p.prosecdef and (
               has_function_privilege('eagle_application', p.oid, 'execute')
               or has_function_privilege('eagle_reader', p.oid, 'execute')
           )
      from pg_proc as p
      join pg_language as l on l.oid = p.prolang
     where p.pronamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)"""
_VIEWS = """
    select c.oid::regclass::text, pg_get_viewdef(c.oid)
      from pg_class as c
     where c.relkind in ('v', 'm')
       and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)"""


@dataclass(frozen=True)
class Statement:
    """A statement, where it stands, and for whom it runs.

    `is_tenants` tells that it is one of the application's: in a function that it calls with its own
    rights, or in tooling/queries/application.py.
    """

    origin: str
    tree: nodes.Node
    is_in_trigger: bool = False
    is_tenants: bool = False


def find(tree: Any, *kinds: type[nodes.Node]) -> list[Any]:
    """Return the nodes of these kinds, from the top down."""
    found: list[Any] = []

    class Finder(Visitor):  # type: ignore[misc]
        def visit(self, _ancestors: Any, node: Any) -> None:
            if isinstance(node, kinds):
                found.append(node)

    Finder()(tree)
    return found


def of_catalogue(connection: psycopg.Connection[Any]) -> list[Statement]:
    """Return the statements of every function, view and materialized view."""
    found = []
    for name, definition, language, is_trigger, is_tenants in connection.execute(_ROUTINES):
        is_plpgsql = language == "plpgsql"
        for text, is_text in _plpgsql(definition) if is_plpgsql else [(definition, False)]:
            found += [
                Statement(name, tree, is_trigger, is_tenants)
                for tree in _with_texts(pglast.parse_sql(text), is_text=is_text)
            ]
    for name, definition in connection.execute(_VIEWS):
        found += [Statement(name, tree) for tree in _with_texts(pglast.parse_sql(definition))]
    return found


def of_programs() -> list[Statement]:
    """Return the statements in the text of the programs. Fails on one that cannot be read."""
    return [
        Statement(
            f"{file.relative_to(ROOT)}:{line}",
            tree,
            is_tenants=file.match("queries/application.py"),
        )
        for file in sorted((ROOT / "tooling").rglob("*.py"))
        for line, text in _python_texts(file)
        for tree in _with_texts(_template(text))
    ]


def of_migration(name: str) -> list[Statement]:
    """Return the statements of a migration file, those of its DO blocks and functions included."""
    text = (ROOT / "migrations" / name).read_text(encoding="utf-8")
    found = []
    for raw in pglast.parse_sql(text):
        found += [Statement(name, tree) for tree in _with_texts((raw,))]
        if not find(raw, nodes.CreateFunctionStmt, nodes.DoStmt):
            continue
        whole = text[raw.stmt_location : raw.stmt_location + (raw.stmt_len or len(text))]
        if "plpgsql" in whole or isinstance(raw.stmt, nodes.DoStmt):
            for inner, is_text in _plpgsql(whole):
                trees = _with_texts(pglast.parse_sql(inner), is_text=is_text)
                found += [Statement(name, tree) for tree in trees]
    return found


def _plpgsql(definition: str) -> Iterator[tuple[str, bool]]:
    """Yield what a PL/pgSQL body gives the server to plan, and whether it is the text of more.

    The parser knows no types of ours: for it, a name of ours has no dot.
    """
    dotless = re.sub(r"\b(app|app_next|catalog|ops)\.(?=\w)", r"\1__of__", definition)
    dotless = re.sub(r"(__of__\w+)\[\]", r"\1", dotless)  # An array of an unknown type is an error.
    pending: list[tuple[Any, bool]] = [(pglast.parse_plpgsql(dotless), False)]
    while pending:
        node, is_text = pending.pop()
        if isinstance(node, list):
            pending += [(one, is_text) for one in node]
        elif isinstance(node, dict):
            for key, one in node.items():
                is_inside = is_text and key in ("query", "PLpgSQL_expr")
                run = key == "dynquery" or key.startswith("PLpgSQL_stmt_dyn")
                pending.append((one, run or is_inside))
            if "query" in node and "parseMode" in node:
                text = node["query"].replace("__of__", ".")
                full = text if node["parseMode"] == 0 else "select " + _ASSIGNED.sub("", text)
                yield full, is_text


def _with_texts(parsed: Any, *, is_text: bool = False) -> Iterator[nodes.Node]:
    """Yield the statements, then those in the texts that they hold.

    A text that is run has to be one that can be read; another may be a sentence.
    """
    for raw in parsed:
        yield raw.stmt
        for constant in find(raw.stmt, nodes.A_Const):
            value = getattr(constant.val, "sval", None)
            if isinstance(value, str) and _SQL.match(value):
                try:
                    inner = _template(value)
                except AssertionError:
                    if is_text:
                        raise
                    continue
                yield from _with_texts(inner)


def _template(text: str) -> Any:
    for pattern, something in _LONGER:
        text = pattern.sub(something, text)
    filled = _FILLED.sub("some_thing", text).replace("%%", "%")
    try:
        return pglast.parse_sql(filled)
    except pglast.parser.ParseError as error:
        raise AssertionError(f"cannot be read as SQL: {filled}: {error}") from error


def _python_texts(file: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inner = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                inner.add(first.value)
        if isinstance(node, ast.JoinedStr):
            inner |= {part for part in node.values if isinstance(part, ast.Constant)}
    for node in ast.walk(tree):
        if node in inner:
            continue
        text = None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
            text = "".join(map(str, parts))
        if text and _SQL.match(text):
            yield node.lineno, text
