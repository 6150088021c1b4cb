"""Reading SQL: PostgreSQL's own parser and scanner, by libpg_query. The only importer of postgast.

The calls are libpg_query's own, by `postgast.native`: `postgast.split` leaves out the positions,
and `postgast.parse` decodes protobuf, which may nest a hundred deep: fifty operators in a row.
The tree is libpg_query's JSON, whose names are those of PostgreSQL's source.

Importing this module takes a quarter of a second: a command with nothing to do leaves it alone.
"""

import ctypes
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from postgast.native import lib
from postgast.pg_query_pb2 import ScanResult, Token

_DEEPEST = 200
_QUOTE = "$pgproof$"
_EXPRESSION = re.compile(r'"PLpgSQL_expr":\{"query":("(?:[^"\\]|\\.)*"),"parseMode":(\d+)')
_EXPRESSION_MODE = 2
_ASSIGNED = re.compile(r"^.*?:?=", re.DOTALL)
_DYNAMIC = ('"PLpgSQL_stmt_dyn', '"dynquery"')
_COMMENTS = frozenset((Token.SQL_COMMENT, Token.C_COMMENT))
_RESERVED = 4
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"|[][{}]')


class SyntaxProblem(Exception):  # noqa: N818
    """The parser's message; `position` counts characters from 0, None where it is unknown."""

    def __init__(self, message: str, position: int | None):
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True)
class Node:
    """A node of the parse tree: `tag` is PostgreSQL's name of it, attributes are its fields.

    A field that is null, zero, false or empty is None; enumerations are their names, lists tuples.
    """

    tag: str
    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        """Return a field's value; `def_` is the field `def`."""
        return _unwrapped(self.fields.get(name.removesuffix("_")))

    def is_a(self, *tags: str) -> bool:
        """Whether it is a node of one of these names."""
        return self.tag in tags


@dataclass(frozen=True)
class Lexeme:
    """A token of the scanner as it stands in a text, from `start` to `end` in characters."""

    start: int
    end: int
    text: str
    is_comment: bool
    is_word: bool
    """Whether it is a name or a keyword."""
    is_reserved: bool
    """Whether it is a keyword that is no name unless it is quoted."""


def split(text: str) -> list[slice]:
    """Return where each statement stands, from its first token to before its semicolon.

    Raises SyntaxProblem for what PostgreSQL cannot parse.
    """
    raw = text.encode()
    result = lib.pg_query_split_with_parser(raw)
    try:
        _raise_for(result, text)
        parts = [result.stmts[index].contents for index in range(result.n_stmts)]
        places = [(part.stmt_location, part.stmt_location + part.stmt_len) for part in parts]
    finally:
        lib.pg_query_free_split_result(result)
    index_of = _indexes(raw)
    slices = []
    for first, last in places:
        start, statement = index_of(first), raw[first:last].decode()
        leading = len(statement) - len(statement.lstrip())
        slices.append(slice(start + leading, start + len(statement.rstrip())))
    return slices


def tree(text: str) -> Node:
    """Return the tree of the first statement of `text`. Raises SyntaxProblem.

    Beyond a nesting of some hundreds the lowest branches are cut off.
    """
    result = lib.pg_query_parse(text.encode())
    try:
        _raise_for(result, text)
        document = result.parse_tree.decode()
    finally:
        lib.pg_query_free_parse_result(result)
    try:
        parsed = json.loads(document)
    except RecursionError:
        parsed = json.loads(_pruned(document))
    found = _unwrapped(parsed["stmts"][0]["stmt"])
    if not isinstance(found, Node):
        raise AssertionError
    return found


@dataclass(frozen=True)
class Word:
    """A token: its name in PostgreSQL's scanner, and where it stands."""

    kind: str
    start: int
    end: int
    text: str


def words(text: str) -> list[Word]:
    """Return the tokens of `text` in order, without comments. Raises SyntaxProblem."""
    raw = text.encode()
    index_of = _indexes(raw)
    found = []
    for token in _scan(raw, text):
        start = index_of(token.start)
        written = raw[token.start : token.end].decode()
        if token.token not in _COMMENTS:
            found.append(Word(Token.Name(token.token), start, start + len(written), written))
    return found


def tokens(text: str) -> list[str]:
    """Return the tokens of `text` as written, in order, without comments. Raises SyntaxProblem."""
    raw = text.encode()
    return [
        raw[token.start : token.end].decode()
        for token in _scan(raw, text)
        if token.token not in _COMMENTS
    ]


def lexemes(text: str) -> list[Lexeme]:
    """Return all that the scanner finds in `text`, also if it is no SQL. Raises SyntaxProblem."""
    raw = text.encode()
    index_of = _indexes(raw)
    found = []
    for token in _scan(raw, text):
        written = raw[token.start : token.end].decode()
        start = index_of(token.start)
        is_word = token.token == Token.IDENT or token.keyword_kind > 0
        is_reserved = token.keyword_kind == _RESERVED
        is_comment = token.token in _COMMENTS
        end = start + len(written)
        found.append(Lexeme(start, end, written, is_comment, is_word, is_reserved))
    return found


def plpgsql(source: str) -> tuple[list[str], bool]:
    """Return the statements and expressions of a body of PL/pgSQL, each as a statement.

    Also whether these are all: not so where it executes a text. Raises SyntaxProblem.
    """
    text = f"create function f() returns trigger language plpgsql as {_QUOTE}{source}{_QUOTE}"
    if _QUOTE in source:
        raise SyntaxProblem(f"{_QUOTE} in a body", None)
    result = lib.pg_query_parse_plpgsql(text.encode())
    try:
        _raise_for(result, text)
        document = result.plpgsql_funcs.decode()
    finally:
        lib.pg_query_free_plpgsql_parse_result(result)
    # Not valid as JSON: where a datum is not described, a bracket is left over.
    found = []
    for match in _EXPRESSION.finditer(document):
        query, mode = json.loads(match[1]), int(match[2])
        if mode > _EXPRESSION_MODE:
            query = _ASSIGNED.sub("", query, count=1)
        found.append(query if mode == 0 else f"select {query}")
    return found, not any(mark in document for mark in _DYNAMIC)


def comments(text: str) -> list[tuple[int, str]]:
    """Return the comments of `text`: where each begins, and what it is. Raises SyntaxProblem."""
    raw = text.encode()
    index_of = _indexes(raw)
    return [
        (index_of(token.start), raw[token.start : token.end].decode())
        for token in _scan(raw, text)
        if token.token in _COMMENTS
    ]


def _scan(raw: bytes, text: str) -> Any:
    result = lib.pg_query_scan(raw)
    try:
        _raise_for(result, text)
        return ScanResult.FromString(ctypes.string_at(result.pbuf.data, result.pbuf.len)).tokens
    finally:
        lib.pg_query_free_scan_result(result)


def _raise_for(result: Any, text: str) -> None:
    if result.error:
        error = result.error.contents
        position = error.cursorpos - 1
        known = 0 <= position < len(text)
        raise SyntaxProblem(error.message.decode(), position if known else None)


def _unwrapped(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unwrapped(one) for one in value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (tag,) = value
        if tag == "List":
            return _unwrapped(value[tag].get("items", []))
        if tag[0].isupper():
            return Node(tag, value[tag])
    return Node("", value)


class _indexes:  # noqa: N801
    """Offsets in bytes, asked for in rising order, to indexes of characters."""

    def __init__(self, raw: bytes):
        self._raw, self._is_ascii = raw, raw.isascii()
        self._offset = self._index = 0

    def __call__(self, offset: int) -> int:
        if self._is_ascii:
            return offset
        self._index += len(self._raw[self._offset : offset].decode())
        self._offset = offset
        return self._index


def _pruned(document: str) -> str:
    """Return the JSON without what is nested deeper than `_DEEPEST`."""
    return "".join(_shallow(document))


def _shallow(document: str) -> Iterator[str]:
    depth = kept = 0
    for match in _NESTING.finditer(document):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth == _DEEPEST:
                yield document[kept : match.end()]
        elif mark in "]}":
            if depth == _DEEPEST:
                kept = match.start()
            depth -= 1
    yield document[kept:]
