"""Every mutant of a database, each once, and those that rules leave out counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pgproof.connection import Connection
from pgproof.mutate import comments as described
from pgproof.mutate import rest, rights, scope, tables
from pgproof.mutate.records import Mutant

_ROWS = (*tables.COLUMNS, *rights.GRANTS, *rest.ROWS)
_PLACES = "set search_path = pg_catalog, pg_temp"
"""Names outside pg_catalog are then written with their schema."""


def mutants(
    connection: Connection, ledgers: tuple[str, ...], *, comments: bool
) -> tuple[list[Mutant], dict[str, int]]:
    """Return the mutants in order, and how many were left out by which rule."""
    connection.execute(_PLACES)
    found = list(_of_rows(connection, _ROWS, ledgers))
    found += tables.mutants(connection, ledgers)
    found += rest.mutants(connection, ledgers)
    of_comments = list(_of_rows(connection, described.COMMENTS, ledgers))
    left_out: Counter[str] = Counter()
    if comments:
        found += of_comments
    else:
        left_out["no test reads a comment"] = len(of_comments)
    kept = []
    statements: set[str] = set()
    for one in found:
        rule = "the same SQL as another" if one.sql in statements else one.rule
        if rule:
            left_out[rule] += 1
            continue
        statements.add(one.sql)
        kept.append(one)
    return _named(kept), {rule: count for rule, count in left_out.items() if count}


def _of_rows(
    connection: Connection, queries: Iterable[str], ledgers: tuple[str, ...]
) -> Iterator[Mutant]:
    for query in queries:
        for operator, name, what, sql, oid, names in scope.texts(connection, query, ledgers):
            yield Mutant(operator, name, what, sql, oid, tuple(names))


def _named(several: list[Mutant]) -> list[Mutant]:
    """Give those of the same name numbers, in their order, and sort them."""
    seen: Counter[str] = Counter()
    named = []
    for one in several:
        seen[one.id] += 1
        number = seen[one.id]
        named.append(one if number == 1 else replace(one, what=f"{one.what} ({number})"))
    return sorted(named, key=lambda one: (one.object, one.operator, one.what))
