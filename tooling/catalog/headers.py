"""What the name of a column says: a symbol, or several in capitals, and a unit or a scale."""

import re
from collections.abc import Iterator

from tooling.catalog.dictionary import Dictionary
from tooling.catalog.units import HINT, Unit, parse
from tooling.errors import InputError

_SCALE = re.compile(r"(.+?) *(/ *10.*|[x*\u00d7] *10.*)")
_UNIT = re.compile(r"(.+?)[ ,]*[(\[]([^()\[\]]*)[)\]]")
_COMMA = re.compile(r"(.+?) *, *(.+)")
PANDAS = re.compile(r"(.+)\.[0-9]+")

# A header in capitals cannot tell these apart; the type of the shape can. Leg and wall sizes of
# angles and hollow sections come first, else the other meaning holds.
IN_CAPITALS = {
    "B": {"B": frozenset({"HSS"})},
    "T": {"t": frozenset({"L", "2L"})},
    "H": {"h": frozenset({"HSS"})},
}


def symbols(text: str, dictionary: Dictionary, *, in_capitals: bool) -> list[str]:
    """Return the symbols that a name can mean; more than one only in capitals."""
    forms = [name for name, _ in _forms(text)]
    for form in forms:
        if symbol := dictionary.symbol(form):
            same = dictionary.symbols_in_capitals(form) if in_capitals else []
            return same if len(same) > 1 and form.upper() in IN_CAPITALS else [symbol]
    if in_capitals:
        for form in forms:
            if found := dictionary.symbols_in_capitals(form):
                return found if form.upper() in IN_CAPITALS else found[:1]
    return []


def _forms(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names that a header may be, each with what else it says: a unit or a scale."""
    yield text, ""
    if match := PANDAS.fullmatch(text):
        yield from _forms(match[1])
    for form in (_UNIT, _SCALE, _COMMA):
        if match := form.fullmatch(text):
            for name, rest in _forms(match[1]):
                yield name, f"{match[2]} {rest}".strip()


def unit(text: str, dictionary: Dictionary, where: str) -> Unit | None:
    """Return what the header of a column says of units. Raises InputError if it is no unit."""
    for name, rest in _forms(text):
        if dictionary.symbol(name) or dictionary.symbols_in_capitals(name):
            try:
                return parse(rest) if rest else None
            except ValueError as error:
                raise InputError(f"{where}: {text}: {error}", hint=HINT) from error
    return None
