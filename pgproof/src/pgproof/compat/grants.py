"""A GRANT as one for each of its columns and objects, of which some may not be there."""

from collections.abc import Iterator, Sequence

from pgproof.sql.parser import Word, words

_KINDS = frozenset(
    (
        "TABLE",
        "SEQUENCE",
        "DATABASE",
        "DOMAIN_P",
        "FUNCTION",
        "PROCEDURE",
        "ROUTINE",
        "LANGUAGE",
        "PARAMETER",
        "SCHEMA",
        "TABLESPACE",
        "TYPE_P",
    )
)
"""What may stand before the names; without it they are tables."""
_OPEN, _CLOSE, _COMMA = "ASCII_40", "ASCII_41", "ASCII_44"


def parts(statement: str) -> Iterator[str]:
    """Yield the grants that a GRANT of privileges on several columns or objects is made of.

    Nothing is yielded for another statement, nor for one of ALL in a schema.
    """
    found = words(statement)
    depths = list(_depths(found))
    outside = {word.kind: place for place, word in enumerate(found) if not depths[place]}
    if found[0].kind != "GRANT" or "ON" not in outside or "TO" not in outside:
        return
    on, to = outside["ON"], outside["TO"]
    first = on + 2 if found[on + 1].kind in _KINDS else on + 1
    if found[on + 1].kind == "ALL":
        return
    head = _text(statement, found[on:first])
    tail = _text(statement, found[to:])
    for privilege in _privileges(statement, found[1:on]):
        for named in _divided(found[first:to]):
            yield f"grant {privilege} {head} {_text(statement, named)} {tail}"


def _privileges(statement: str, found: Sequence[Word]) -> Iterator[str]:
    for given in _divided(found):
        opened = next((n for n, word in enumerate(given) if word.kind == _OPEN), None)
        if opened is None:
            yield _text(statement, given)
            continue
        for column in _divided(given[opened + 1 : -1]):
            yield f"{_text(statement, given[:opened])} ({_text(statement, column)})"


def _divided(found: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Yield what stands between the commas that are in no parentheses."""
    begin = 0
    for place, (word, depth) in enumerate(zip(found, _depths(found), strict=True)):
        if word.kind == _COMMA and not depth:
            yield found[begin:place]
            begin = place + 1
    yield found[begin:]


def _depths(found: Sequence[Word]) -> Iterator[int]:
    """Yield in how many parentheses each word stands."""
    depth = 0
    for word in found:
        depth -= word.kind == _CLOSE
        yield depth
        depth += word.kind == _OPEN


def _text(statement: str, found: Sequence[Word]) -> str:
    return statement[found[0].start : found[-1].end] if found else ""
