"""SQL text that says its own results.

The comment lines directly below a statement are its result: a line a row, values as psql prints
them with ` | ` between, nothing for null. `-- ERROR ES002: message` is a refusal. A statement
without such lines has only to succeed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pglast
import psycopg

from tests.repo.documentation.expected import matches

NO_ROWS = "(no rows)"
_END = re.compile(r"\A\s*;[^\n]*\n?")


@dataclass(frozen=True)
class Statement:
    """A statement, the lines of its result (None: none are given) and its line in the text."""

    sql: str
    shown: list[str] | None
    line: int


def read(text: str) -> Iterator[Statement]:
    """Yield the statements of a text."""
    parts = pglast.split(text, only_slices=True)
    assert parts, f"no statement in {text!r}"
    for part in parts:
        shown = []
        for line in _END.sub("", text[part.stop :], count=1).split("\n"):
            if not line.startswith("-- "):
                break
            shown.append(line.removeprefix("-- "))
        yield Statement(text[part], shown or None, text.count("\n", 0, part.start) + 1)


def run(connection: psycopg.Connection[Any], text: str, place: str) -> None:
    """Run every statement; fail with place and line when one says something else than it shows."""
    for statement in read(text):
        printed = _printed(connection, statement.sql)
        refused = bool(printed) and printed[0].startswith("ERROR ")
        wanted = ["…"] if statement.shown is None and not refused else statement.shown or []
        where = f"{place}, statement at its line {statement.line}:"
        report = [where, statement.sql, "shown:", *wanted, "printed:", *printed]
        assert matches(wanted, printed), "\n".join(report)


def _printed(connection: psycopg.Connection[Any], sql: str) -> list[str]:
    with connection.cursor() as cursor:
        try:
            cursor.execute(sql.encode())
        except psycopg.Error as error:
            return [f"ERROR {error.sqlstate}: {error.diag.message_primary}"]
        result = cursor.pgresult
        assert result is not None
        if result.nfields and not result.ntuples:
            return [NO_ROWS]
        return [
            " | ".join(
                (result.get_value(row, column) or b"").decode() for column in range(result.nfields)
            )
            for row in range(result.ntuples)
        ]
