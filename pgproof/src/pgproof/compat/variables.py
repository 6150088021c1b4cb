"""The variables of a body of PL/pgSQL, and its statements with parameters in their place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pgproof.sql.parser import Lexeme, SyntaxProblem, lexemes, plpgsql

_ENDS = frozenset((";", ":=", "=", "default", "not", "collate"))
_BUILT_IN = {
    "found": "boolean",
    "sqlstate": "text",
    "sqlerrm": "text",
    "tg_name": "name",
    "tg_when": "text",
    "tg_level": "text",
    "tg_op": "text",
    "tg_relid": "oid",
    "tg_table_name": "name",
    "tg_table_schema": "name",
    "tg_nargs": "integer",
    "tg_argv": "text[]",
}
_COLUMN = "%type"
_ROW = "%rowtype"
_MOST = 100

ColumnType = Callable[[str], str | None]
"""Returns the type of a column by its name as `schema.table.column`; None if it is not known."""
Refuses = Callable[[str], tuple[str, str, int] | None]
"""Returns SQLSTATE, message and place of what the server says against a statement."""


@dataclass(frozen=True)
class Body:
    """The statements of a body, each where one can be prepared, and the types of its variables."""

    texts: Sequence[str]
    types: Mapping[str, str]


def read(source: str, parameters: Mapping[str, str], column_type: ColumnType) -> Body:
    """Read a body of PL/pgSQL. Raises SyntaxProblem.

    Types that libpg_query does not know are hidden from it.
    """
    tokens = [one for one in lexemes(source) if not one.is_comment]
    types = {**_BUILT_IN, **parameters}
    parts, last, place = [], 0, 0
    declares = False
    while place < len(tokens):
        word = tokens[place].text.lower()
        if word == "for" and _at(tokens, place + 2) == "in":
            types.setdefault(_at(tokens, place + 1), "integer")
        if word in ("declare", "begin"):
            declares = word == "declare"
        elif declares and tokens[place].is_word:
            first = place + 1 + (_at(tokens, place + 1) == "constant")
            end = next(n for n in range(first, len(tokens) + 1) if _ends(tokens, n))
            if end > first and tokens[first].text.lower() not in (
                "alias",
                "cursor",
                "no",
                "scroll",
            ):
                written = source[tokens[first].start : tokens[end - 1].end]
                found = _type(written, column_type)
                types[_plain(tokens[place].text)] = found or ""
                parts += [source[last : tokens[first].start], "record" if not found else "text"]
                last = tokens[end - 1].end
            place = next(n for n in range(place, len(tokens) + 1) if _at(tokens, n) in (";", ""))
        place += 1
    return Body(plpgsql("".join((*parts, source[last:])))[0], types)


def resolved(text: str, body: Body, name: str, row_of: str | None, refuses: Refuses) -> str | None:
    """Return a statement of a body with a parameter for each variable; None if that fails.

    The server says what is no column; `row_of` is the table whose rows a trigger calls new and old.
    """
    numbers: dict[str, int] = {}
    for _ in range(_MOST):
        refused = refuses(text)
        if refused is None:
            return text
        code, message, place = refused
        if code not in ("42703", "42P01") or " of relation " in message or place < 0:
            return None
        changed = _replaced(text, place, body, name, row_of, numbers)
        if changed is None:
            return None
        text = changed
    return None


def _replaced(
    text: str, place: int, body: Body, name: str, row_of: str | None, numbers: dict[str, int]
) -> str | None:
    try:
        tokens = [one for one in lexemes(text) if one.start >= place and not one.is_comment]
    except SyntaxProblem:
        return None
    chain = tokens[:1]
    while len(tokens) > len(chain) + 1 and tokens[len(chain)].text == ".":
        chain = tokens[: len(chain) + 2]
    words = [_plain(one.text) for one in chain[::2]]
    used = 1
    if words[:1] == [name] and len(words) > 1:
        words, used = words[1:], 3
    if not words or chain[0].start != place:
        return None
    types = {**body.types, **({"new": row_of, "old": row_of} if row_of else {})}
    found = types.get(words[0])
    if not found:
        return None
    number = numbers.setdefault(words[0], len(numbers) + 1)
    end = chain[used - 1].end
    parameter = f"(${number}::{found})"
    if len(words) > 1 and len(chain) > used:
        parameter = f"({parameter})"
    return f"{text[:place]}{parameter}{text[end:]}"


def _type(written: str, column_type: ColumnType) -> str | None:
    """Return a declared type as one that a cast can name; None for a record or cursor."""
    plain = "".join(written.split()).lower()
    if plain.endswith(_COLUMN):
        return column_type(plain.removesuffix(_COLUMN))
    if plain in ("record", "refcursor"):
        return None
    return written.strip()[: -len(_ROW)] if plain.endswith(_ROW) else written.strip()


def _ends(tokens: Sequence[Lexeme], place: int) -> bool:
    return place >= len(tokens) or tokens[place].text.lower() in _ENDS


def _at(tokens: Sequence[Lexeme], place: int) -> str:
    return tokens[place].text.lower() if place < len(tokens) else ""


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
