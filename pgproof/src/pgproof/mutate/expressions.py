"""Mutants of an expression of SQL: comparisons, constants and connectives, one at a time."""

from collections.abc import Iterator

from pgproof.sql import parser
from pgproof.sql.parser import Word

_COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "=", "!=": "="}
_JOINED = {"and": "or", "or": "and"}
_BOUNDS = {"'[)'": "'[]'", "'[]'": "'[)'", "'(]'": "'[]'", "'()'": "'[)'"}
_TRUTH = {"true": "false", "false": "true"}
_LONGEST = 24


def mutants(expression: str) -> Iterator[tuple[str, str]]:
    """Yield what is changed, and the expression with the change."""
    found = parser.words(expression)
    between = 0
    for place, word in enumerate(found):
        lower = word.text.lower()
        if lower == "between":
            between += 1
        if lower == "and" and between:
            between -= 1
            continue
        after = found[place + 1].text.lower() if place + 1 < len(found) else ""
        other = _COMPARED.get(lower) or _JOINED.get(lower) or _BOUNDS.get(lower)
        if lower in _TRUTH:
            other = _TRUTH[lower]
        if lower == "is" and after in ("null", "not", "distinct"):
            yield from _turned(expression, found, place)
        if other:
            yield _changed(expression, found, place, other)
    yield from numbers(expression, found)


def numbers(text: str, found: list[Word]) -> Iterator[tuple[str, str]]:
    """Yield each number moved by one."""
    for place in range(len(found)):
        yield from number(text, found, place)


def number(text: str, found: list[Word], place: int) -> Iterator[tuple[str, str]]:
    """Yield the number at a place moved by one; what names a column of ORDER BY is none."""
    moved = _moved(found[place])
    if moved and not _is_ordinal(found, place):
        yield _changed(text, found, place, moved)


def _is_ordinal(found: list[Word], place: int) -> bool:
    before = found[place - 1].text.lower() if place else ""
    if before in ("asc", "desc"):
        return False
    if before == "by":
        return True
    earlier = place - 2
    if before == "," and found[earlier].text.lower() in ("asc", "desc"):
        earlier -= 1
    return before == "," and found[earlier].kind == "ICONST" and _is_ordinal(found, earlier)


def _moved(word: Word) -> str | None:
    if word.kind == "ICONST":
        return str(int(word.text.replace("_", ""), 0) + 1)
    if word.kind != "FCONST":
        return None
    mantissa, mark, exponent = word.text.lower().partition("e")
    whole, point, rest = mantissa.partition(".")
    return f"{int(whole or 0) + 1}{point}{rest}{mark}{exponent}"


def _turned(text: str, found: list[Word], place: int) -> Iterator[tuple[str, str]]:
    """Turn `is null`, `is not null`, `is distinct from` and `is not distinct from`."""
    following = found[place + 1]
    if following.text.lower() == "not":
        last = found[place + 2] if place + 2 < len(found) else following
        if last.text.lower() in ("null", "distinct"):
            yield _said(found, place, "is"), f"{text[: following.start]}{text[last.start :]}"
    else:
        yield (
            _said(found, place, "is not"),
            f"{text[: following.start]}not {text[following.start :]}",
        )


def _changed(text: str, found: list[Word], place: int, other: str) -> tuple[str, str]:
    word = found[place]
    return _said(found, place, other), f"{text[: word.start]}{other}{text[word.end :]}"


def _said(found: list[Word], place: int, other: str) -> str:
    """Say what is changed, with what stands around it."""
    around = found[max(0, place - 3) : place + 3]
    said = " ".join(_short(word.text) for word in around)
    return f"{_short(found[place].text)} to {other} in {said}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def pieces(text: str) -> list[tuple[int, int]]:
    """Return where the parts of a list stand that commas divide, of the list in brackets first."""
    found = parser.words(text)
    parts: list[tuple[int, int]] = []
    depth = start = 0
    for word in found:
        if word.text in "([":
            depth += 1
            if depth == 1:
                start = word.end
        elif word.text in ")]":
            depth -= 1
            if depth == 0:
                return [*parts, (start, word.start)]
        elif word.text == "," and depth == 1:
            parts.append((start, word.start))
            start = word.end
    return parts
