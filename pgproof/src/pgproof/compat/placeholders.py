"""Parameters as drivers write them, replaced by PostgreSQL's own: $1, $2."""

import itertools
from collections.abc import Iterator, Sequence

from pgproof.sql.parser import Lexeme, SyntaxProblem, lexemes, tree

_AFTER_OPERAND = "])"
_MARKS = ("?", "=?", "<?", ">?", "<=?", ">=?", "<>?", "!=?")
_TYPED = frozenset(("interval", "timestamp", "timestamptz", "date", "time", "timetz"))

Edit = tuple[int, int, str]
"""A part of a text, from and until, and what replaces it."""


def numbered(text: str) -> str:
    """Return a statement with its parameters as $1, $2, by the order in which they are named.

    Known are `:name` and `:'name'` (psql, yesql), `%s` and `%(name)s` (psycopg), `@name` (sqlc)
    and `?` (JDBC). `interval $1`, as pg_stat_statements writes it, becomes a cast. A statement that
    PostgreSQL can parse as it is has no other parameters than its own, but for `@name`. Raises
    SyntaxProblem for what it cannot parse in the end.
    """
    tokens = [one for one in lexemes(text) if not one.is_comment]
    text = _replaced(text, tokens, _at_names)
    try:
        tree(text)
    except SyntaxProblem:
        tokens = [one for one in lexemes(text) if not one.is_comment]
        text = _replaced(text, tokens, _of_drivers)
        tree(text)
    return text


class _Numbers:
    """The number of each name; a mark without one has a number of its own."""

    def __init__(self, tokens: Sequence[Lexeme]):
        used = [
            int(one.text[1:]) for one in tokens if one.text[:1] == "$" and one.text[1:].isdigit()
        ]
        self._next = itertools.count(max(used, default=0) + 1)
        self._names: dict[str, int] = {}

    def of(self, name: str | None = None) -> str:
        if name is None:
            return f"${next(self._next)}"
        if name not in self._names:
            self._names[name] = next(self._next)
        return f"${self._names[name]}"


def _replaced(text: str, tokens: Sequence[Lexeme], edits: object) -> str:
    parts, last = [], 0
    for start, end, new in edits(text, tokens, _Numbers(tokens)):  # type: ignore[operator]
        parts += [text[last:start], new]
        last = end
    return "".join((*parts, text[last:]))


def _at_names(_text: str, tokens: Sequence[Lexeme], numbers: _Numbers) -> Iterator[Edit]:
    """Yield what libpg_query parses, and PostgreSQL otherwise or not at all."""
    for one, name in itertools.pairwise(tokens):
        if one.text.lower() in _TYPED and name.text[:1] == "$" and name.text[1:].isdigit():
            yield one.start, name.end, f"{name.text}::{one.text}"
        elif one.text in ("@", "=@") and name.is_word and one.end == name.start:
            yield one.start, name.end, one.text[:-1] + numbers.of(name.text)


def _of_drivers(text: str, tokens: Sequence[Lexeme], numbers: _Numbers) -> Iterator[Edit]:
    end = Lexeme(len(text), len(text), "", is_comment=False, is_word=False, is_reserved=True)
    padded = (*tokens, end, end, end)
    last = 0
    for place, one in enumerate(tokens):
        if one.start < last:
            continue
        edit = _named(text, one, padded[place + 1 : place + 4], numbers) or _marked(
            one, padded[place + 1], numbers
        )
        if edit:
            last = edit[1]
            yield edit


def _named(text: str, one: Lexeme, after: Sequence[Lexeme], numbers: _Numbers) -> Edit | None:
    name, closing, letter = after
    if one.text == ":" and one.end == name.start:
        before = text[one.start - 1 : one.start]
        is_slice = before.isalnum() or before in (*_AFTER_OPERAND, "_")
        if name.is_word and not (before and is_slice):
            return one.start, name.end, numbers.of(name.text)
        if name.text[:1] == "'":
            return one.start, name.end, numbers.of(name.text[1:-1])
    if one.text == "%" and name.text == "s" and one.end == name.start:
        return one.start, name.end, numbers.of()
    if one.text == "%" and name.text == "(" and letter.text == ")":
        final = text[letter.end : letter.end + 1]
        return (one.start, letter.end + 1, numbers.of(closing.text)) if final == "s" else None
    return None


def _marked(one: Lexeme, following: Lexeme, numbers: _Numbers) -> Edit | None:
    """Replace `?` where no operand follows: there it is no operator of JSON."""
    is_operand = following.text[:1] in ("'", "$", "(") or (
        following.is_word and not following.is_reserved
    )
    if one.text not in _MARKS or is_operand:
        return None
    return one.start, one.end, one.text[:-1] + numbers.of()
