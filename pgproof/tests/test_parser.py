"""The parser reads as pglast does, by which every ledger so far was written."""

import json
import re
from pathlib import Path
from typing import Any

import pglast
import pytest
from hypothesis import example, given

from pgproof.sql import parser
from tests import plan_cases
from tests.test_splitting import files

# SQL of the checkout around this folder is read too.
ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    file
    for folder in ("migrations", "sql", "seeds", "tests", "compose")
    for file in (ROOT / folder).rglob("*.sql")
)
PSQL_COMMAND = re.compile(r"^\\.*$", re.MULTILINE)


def insist(text: str) -> None:
    """Compare statements, positions, tokens, comments and trees, or the errors."""
    try:
        slices = pglast.split(text, only_slices=True)
    except pglast.parser.ParseError as error:
        with pytest.raises(parser.SyntaxProblem) as caught:
            parser.split(text)
        position = error.args[1] if len(error.args) > 1 else None
        assert (caught.value.message, caught.value.position) == (error.args[0], position)
        return
    assert parser.split(text) == list(slices)
    scanned = [
        (token.name in ("SQL_COMMENT", "C_COMMENT"), token.start, text[token.start : token.end + 1])
        for token in pglast.parser.scan(text)
    ]
    assert parser.tokens(text) == [word for is_comment, _, word in scanned if not is_comment]
    assert parser.comments(text) == [
        (start, word) for is_comment, start, word in scanned if is_comment
    ]
    for part in slices:
        theirs = json.loads(pglast.parser.parse_sql_json(text[part]))["stmts"][0]["stmt"]
        ours = parser.tree(text[part])
        assert unplaced({ours.tag: ours.fields}) == unplaced(theirs)


def unplaced(tree: Any) -> Any:
    """Return a tree without places, which two releases of the library word differently."""
    if isinstance(tree, dict):
        return {
            name: unplaced(value)
            for name, value in tree.items()
            if not name.lower().endswith("location")
        }
    return [unplaced(one) for one in tree] if isinstance(tree, list) else tree


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
def test_every_file_of_this_repository(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    insist(text)
    insist(PSQL_COMMAND.sub("", text))


@pytest.mark.parametrize("group", plan_cases.GROUPS)
def test_statements_of_many_kinds(group: str) -> None:
    schema, statements = plan_cases.GROUPS[group]
    for statement in (schema, *statements):
        insist(statement)


@given(files())
@example(("select 'é😀'; /* ü */ select 2; -- é\n", []))
@example(("\u00a0select 1\u2003;\u3000", []))
@example(("select 'é", []))
def test_statements_put_together_at_random(file: tuple[str, list[str]]) -> None:
    insist(file[0])


def test_fields_are_values_nodes_and_tuples_of_nodes() -> None:
    tree = parser.tree("alter table a.b add column c text default ''")
    assert (tree.relation.schemaname, tree.relation.relname, tree.missing_ok) == ("a", "b", None)
    (command,) = tree.cmds
    assert (command.subtype, command.def_.colname) == ("AT_AddColumn", "c")
    assert parser.tree("drop table a.b, c").objects == (
        (parser.Node("String", {"sval": "a"}), parser.Node("String", {"sval": "b"})),
        (parser.Node("String", {"sval": "c"}),),
    )


@pytest.mark.parametrize("terms", [40, 400, 20_000])
def test_a_tree_may_be_as_deep_as_postgresql_takes_it(terms: int) -> None:
    tree = parser.tree(f"create view v as select {' || '.join(['a'] * terms)}; select 1")
    assert (tree.tag, tree.view.relname, tree.query.tag) == ("ViewStmt", "v", "SelectStmt")
    assert tree.query.targetList[0].val.tag == "A_Expr"
