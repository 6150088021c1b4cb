"""Statements that differ in their constants alone: planned once, and shown as one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pgproof.ahead.locks import Effect

_QUERY = re.compile(r"\s*(?:insert|update|delete|select|merge|with)\b", re.IGNORECASE)
_OTHER_QUOTES = re.compile(r"[\\$\"]|--|/\*")
_CONSTANT = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b")
_ROWS = re.compile(r"(\([^()]*\))(?:\s*,\s*\1)+")
_SHOWN = 3


def shape(sql: str) -> str | None:
    """Return a query that locks what this one does, with other constants and one row of many.

    None of what is no query, or is written with quotes or comments that are not looked through.
    """
    if not _QUERY.match(sql) or _OTHER_QUOTES.search(sql):
        return None
    return _ROWS.sub(r"\1", _CONSTANT.sub("0", sql))


def folded(effects: Iterable[Effect]) -> Iterator[Effect]:
    """Yield effects, those alike after the first few as one: `parts_1 and 37 more`."""
    alike: dict[Effect, list[Effect]] = {}
    for one in effects:
        alike.setdefault(replace(one, relation=""), []).append(one)
    for some in alike.values():
        if len(some) <= _SHOWN:
            yield from some
        else:
            yield replace(some[0], relation=f"{some[0].relation} and {len(some) - 1} more")
