"""Compare what was printed with what a page shows, where `…` stands for anything.

Inside a line `…` is any text; alone on a line it is any number of lines. Space at the ends of
lines, and how much of it is between words, do not matter.
"""

import re
from collections.abc import Sequence

ANYTHING = "…"


def matches(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Tell whether the printed lines are those shown."""
    if not shown:
        return not printed
    if shown[0].strip() == ANYTHING:
        return any(matches(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and _same(shown[0], printed[0]) and matches(shown[1:], printed[1:])


def _same(shown: str, printed: str) -> bool:
    pieces = " ".join(shown.split()).split(ANYTHING)
    pattern = ".*".join(re.escape(piece) for piece in pieces)
    return re.fullmatch(pattern, " ".join(printed.split())) is not None
