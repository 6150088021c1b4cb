"""What the planner of the server would read from beginning to end: it is asked by EXPLAIN."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.ahead.looking import looking
from pgproof.connection import Connection

_EXPLAIN = "explain (format json, verbose, costs false) "
_ALONE = "set local max_parallel_workers_per_gather = 0; set local jit = off"
_WHOLE = ("Aggregate", "Sort", "Incremental Sort", "Hash", "WindowAgg", "SetOp", "ModifyTable")
"""Nodes that ask for every row below them."""
_FIRST = ("InitPlan", "SubPlan")
_QUERY = "select pg_catalog.pg_get_viewdef(%s::text::regclass)"

Name = tuple[str, str]
"""Schema and name of a table."""


@dataclass(frozen=True)
class Planner:
    """Asks the server of a connection. EXPLAIN runs nothing; a table is locked ACCESS SHARE."""

    connection: Connection

    def reads(self, sql: str, schemas: Iterable[str]) -> frozenset[Name] | None:
        """Return the tables that a statement reads whole; None where it is not known.

        That is so of a statement that names what is not there, or that this role may not read.
        `schemas` is the search path.
        """
        try:
            with looking(self.connection, ", ".join(map(quoted, schemas))):
                self.connection.execute(_ALONE)
                plans = self._plans(sql)
                return frozenset(
                    name for one in plans for name in _read(one["Plan"], is_whole=True)
                )
        except psycopg.Error:
            return None

    def view(self, schema: str, name: str) -> frozenset[Name] | None:
        """Return what the query of a materialized view reads whole, like `reads`."""
        try:
            with looking(self.connection, "pg_catalog"):
                found = self.connection.execute(_QUERY, [quoted(schema, name)]).fetchall()
        except psycopg.Error:
            return None
        return self.reads(found[0][0], ("pg_catalog",))

    def _plans(self, sql: str) -> list[dict[str, Any]]:
        rows = self.connection.execute((_EXPLAIN + sql).encode()).fetchall()
        plans = []
        for (document,) in rows:
            text = json.loads(document) if isinstance(document, str) else document
            plans += [one for one in text if isinstance(one, dict) and "Plan" in one]
        return plans


def quoted(*name: str) -> str:
    """Return a name of one or more parts as SQL."""
    return ".".join('"{}"'.format(one.replace('"', '""')) for one in name)


def _read(node: dict[str, Any], *, is_whole: bool) -> Iterator[Name]:
    """Yield what is read whole at a node and below it.

    `is_whole` says whether all of its rows are asked for: not so below a LIMIT, and of a subquery
    of which the first row may be enough. With a condition, that row may be the last one.
    """
    kind = node["Node Type"]
    if kind == "Seq Scan" and (is_whole or "Filter" in node) and "Schema" in node:
        yield node["Schema"], node["Relation Name"]
    if kind == "Limit":
        is_whole = False
    elif kind in _WHOLE:
        is_whole = True
    for one in node.get("Plans", ()):
        first = one.get("Parent Relationship") in _FIRST
        yield from _read(one, is_whole=is_whole and not first)
