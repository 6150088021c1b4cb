"""Statements that differ in constants, or in numbers, alone."""

import re

_QUERY = re.compile(r"\s*(?:insert|update|delete|select|merge|with)\b", re.IGNORECASE)
_OTHER_QUOTES = re.compile(r"[\\$\"]|--|/\*")
_CONSTANT = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b")
_NUMBER = re.compile(r"\d+")
_ROWS = re.compile(r"(\([^()]*\))(?:\s*,\s*\1)+")


def shape(sql: str) -> str:
    """Return a statement with 0 for each constant, and one row of many like it.

    Where quotes or comments are not looked through, the statement as it is.
    """
    if _OTHER_QUOTES.search(sql):
        return sql
    return _ROWS.sub(r"\1", _CONSTANT.sub("0", sql))


def without_numbers(text: str) -> str:
    """Return a text with 0 for each number, in names too."""
    return _NUMBER.sub("0", text)


def is_query(sql: str) -> bool:
    """Tell whether it reads or changes rows, so that no constant of it changes what it locks."""
    return _QUERY.match(sql) is not None
