"""The effects of the SQL in the bodies of functions, procedures and blocks of DO."""

from collections.abc import Iterator
from typing import Any

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.locks import Effect
from pgproof.sql.parser import Node, SyntaxProblem, plpgsql, split, tree

_DEEPEST = 8
_QUERIES = ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")
"""What leaves the catalogue as it was; what another statement leaves is not learnt."""


def of_body(catalogue: Catalogue, language: str, source: str, what: str) -> Iterator[Effect]:
    """Yield the effects of the statements that a body holds, whether or not they are reached.

    What is not in SQL or PL/pgSQL, or is made of texts as it runs, is said not to be predicted.
    """
    note = f"the effects of {what} are not predicted"
    statements = _statements(language, source)
    if statements is None or catalogue.predict is None or len(catalogue.inside) >= _DEEPEST:
        yield Effect("", "", note=f"{note}; read it")
        return
    found, whole = statements
    if not all(one.is_a(*_QUERIES) for _, one in found):
        catalogue.complete = False
    catalogue.inside.append(what)
    outer = catalogue.text
    try:
        for text, one in found:
            catalogue.text = text
            yield from filter(catalogue.may_be, catalogue.predict(one, catalogue))
    finally:
        catalogue.text = outer
        catalogue.inside.pop()
    if not whole:
        yield Effect("", "", note=f"{note} where it executes a text; read it")


def of_function(catalogue: Catalogue, schema: str | None, name: str) -> Iterator[Effect]:
    """Yield the effects of a function or procedure that is called."""
    written = f"{schema}.{name}()" if schema else f"{name}()"
    body = catalogue.body(name, schema)
    if body is None:
        yield Effect("", "", note=f"the effects of {written} are not predicted")
    elif written not in catalogue.inside:
        yield from of_body(catalogue, *body, written)


def of_block(catalogue: Catalogue, statement: Any) -> Iterator[Effect]:
    """Yield the effects of DO."""
    options = {one.defname: one.arg.sval for one in statement.args or ()}
    language = options.get("language", "plpgsql")
    yield from of_body(catalogue, language, options.get("as") or "", "the block")


def _statements(language: str, source: str) -> tuple[list[tuple[str, Node]], bool] | None:
    """Return the statements of a body, each as a text too, and whether these are all."""
    try:
        if language == "sql":
            return [(source[part], tree(source[part])) for part in split(source)], True
        if language != "plpgsql":
            return None
        texts, whole = plpgsql(source)
    except SyntaxProblem:
        return None
    found = []
    for text in texts:
        try:
            found.append((text, tree(text)))
        except SyntaxProblem:
            whole = False
    return found, whole
