"""Columns of a constant or price as a person gives them: numbers, and days of one form."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from tooling.catalog.versions import Noun
from tooling.errors import InputError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def columns(noun: Noun, words: Sequence[str]) -> dict[str, str | None]:
    """Return the columns that words such as `price_usd=165.00` give; an empty one is None.

    Raises InputError for an unknown or repeated column, a number or a day that is none.
    """
    given: dict[str, str | None] = {}
    for word in words:
        column, equals, text = word.partition("=")
        if not equals or column not in noun.columns or column in given:
            raise InputError(
                f"{word!r} is not a column of a {noun.name} with its value",
                hint=f"Give as COLUMN=VALUE, once at most: {', '.join(noun.columns)}.",
            )
        if column.startswith("effective_") and text:
            require_day(column, text)
        if column == noun.number:
            _require_number(column, text)
        given[column] = text or None
    return given


def _require_number(column: str, text: str) -> None:
    try:
        is_number = Decimal(text).is_finite() and "_" not in text
    except InvalidOperation:
        is_number = False
    if not is_number:
        raise InputError(
            f"{column}: {text!r} is not a number",
            hint="Write digits with a decimal point, without signs of currency or thousands.",
        )


def require_day(place: str, text: str) -> str:
    """Return a day as it is written. Raises InputError for another form than YYYY-MM-DD."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise InputError(f"{place}: {text!r} is not one certain day", hint="Write it as YYYY-MM-DD.")
