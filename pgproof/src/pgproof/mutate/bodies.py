"""Mutants of a function's body: a guard turned, a `raise` taken out, a constant moved."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pgproof.mutate import equal, expressions
from pgproof.sql import parser
from pgproof.sql.parser import Word

_QUOTED = re.compile(r"\bAS (\$function\w*\$)(.*)\1\s*\Z", re.DOTALL)
_STANDARD = re.compile(r"^(?:BEGIN ATOMIC|RETURN\b)", re.MULTILINE)
_BEGINS = frozenset(("", ";", "then", "else", "begin", "loop", ">>"))
_TALK = frozenset(("debug", "log", "info", "notice", "warning"))
_ENDS = frozenset(
    ("group", "order", "limit", "offset", "fetch", "for", "window", "union", "except", "intersect",
     "returning", "having", "on", ";")
)  # fmt: skip
_OPENED = {"if": "then", "elsif": "then", "elseif": "then", "while": "loop"}
_LONGEST = 60


@dataclass(frozen=True)
class Change:
    """`operator` is the name of the kind of mutant, `sql` the function with the change in `line`.

    `rule` is why PostgreSQL would do the same, if it would.
    """

    operator: str
    what: str
    sql: str
    line: int
    rule: str = ""


def mutants(definition: str, language: str) -> Iterator[Change]:
    """Yield the mutants of a function that pg_get_functiondef wrote."""
    start, end = _body(definition)
    if start is None:
        return
    body = definition[start:end]
    try:
        found = parser.words(body)
    except parser.SyntaxProblem:
        return
    words = [word.text.lower() for word in found]
    changes = []
    for place in range(len(found)):
        changes += [
            ("constant", *one, equal.rule(words, place, language))
            for one in expressions.number(body, found, place)
        ]
    if language == "plpgsql":
        changes += [("guard", *one, "") for one in _guards(body, found)]
        changes += [("raise", *one, "") for one in _raises(body, found)]
    else:
        changes += [("filter", *one, "") for one in filters(body, found)]
    seen: dict[tuple[str, str], int] = {}
    for operator, what, text, rule in changes:
        number = seen[operator, what] = seen.get((operator, what), 0) + 1
        said = what if number == 1 else f"{what} ({number})"
        alike = next(
            (at for at, pair in enumerate(zip(body, text, strict=False)) if pair[0] != pair[1]), 0
        )
        line = definition.count("\n", 0, start + alike) + 1
        yield Change(operator, said, f"{definition[:start]}{text}{definition[end:]}", line, rule)


def _body(definition: str) -> tuple[int | None, int]:
    quoted = _QUOTED.search(definition)
    if quoted:
        return quoted.start(2), quoted.end(2)
    standard = _STANDARD.search(definition)
    return (standard.start() if standard else None), len(definition)


def _guards(body: str, found: list[Word]) -> Iterator[tuple[str, str]]:
    """Yield the body with the condition of a statement turned."""
    words = [word.text.lower() for word in found]
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if word in _OPENED and (before in _BEGINS or word in ("elsif", "elseif")):
            yield from _turned(body, found, words, place + 1, _OPENED[word])
        elif word == "when" and before in ("exit", "continue"):
            yield from _turned(body, found, words, place + 1, ";")
        elif word == "when" and _is_searched(words, place):
            yield from _turned(body, found, words, place + 1, "then")


def _is_searched(words: list[str], place: int) -> bool:
    """Whether `when` is that of `case when …`, and not of `case value when …` or of `exception`."""
    depth = 0
    for index in range(place - 1, -1, -1):
        word = words[index]
        if word == "end":
            depth += 1
        elif word in ("case", "begin") or (word in ("if", "loop") and words[index - 1] != "end"):
            if depth == 0:
                return word == "case" and words[index + 1] == "when"
            depth -= words[index - 1] != "end"
    return False


def _turned(
    body: str, found: list[Word], words: list[str], first: int, until: str
) -> Iterator[tuple[str, str]]:
    last = _end(words, first, frozenset((until,)))
    if last is None or last == first:
        return
    start, end = found[first].start, found[last - 1].end
    said = _said(body[found[first - 1].start : end])
    yield said, f"{body[:start]}not ({body[start:end]}){body[end:]}"


def filters(body: str, found: list[Word]) -> Iterator[tuple[str, str]]:
    """Yield the text with the condition of a WHERE or HAVING turned."""
    words = [word.text.lower() for word in found]
    for place, word in enumerate(words):
        if word not in ("where", "having"):
            continue
        last = _end(words, place + 1, _ENDS) or len(words)
        if last > place + 1:
            start, end = found[place + 1].start, found[last - 1].end
            yield (
                _said(body[found[place].start : end]),
                f"{body[:start]}not ({body[start:end]}){body[end:]}",
            )


def _end(words: list[str], first: int, until: frozenset[str]) -> int | None:
    """Return where the first of these words stands that is not inside brackets or a CASE."""
    depth = cases = 0
    for index in range(first, len(words)):
        word = words[index]
        if word in ("(", "["):
            depth += 1
        elif word in (")", "]"):
            if depth == 0:
                return index
            depth -= 1
        elif word == "case":
            cases += 1
        elif word == "end" and cases:
            cases -= 1
        elif (
            word in until
            and not depth
            and not cases
            and not (word == "for" and words[index - 1] == "substring")
        ):
            return index
    return None


def _raises(body: str, found: list[Word]) -> Iterator[tuple[str, str]]:
    words = [word.text.lower() for word in found]
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if word != "raise" or before not in _BEGINS or words[place + 1] in _TALK:
            continue
        last = _end(words, place, frozenset((";",)))
        if last is not None:
            start, end = found[place].start, found[last].end
            yield _said(body[start:end]), f"{body[:start]}null;{body[end:]}"


def _said(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
