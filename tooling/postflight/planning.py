"""How the server plans the benchmark's queries, those inside functions too.

The queries are asked once, as the application and for one account; auto_explain reports each plan
to this session alone.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tooling.bench import measure
from tooling.bench.queries import CLASSES, TYPES
from tooling.database import work_for

# A sequential scan of fewer pages is no reason to worry; the planner prefers it.
LARGE_PAGES = 100
_MARK = "  plan:\n"
_BEGIN: tuple[LiteralString, ...] = (
    "load 'auto_explain'",
    "set auto_explain.log_min_duration = 0",
    "set auto_explain.log_nested_statements = on",
    "set auto_explain.log_format = 'json'",
    "set auto_explain.log_level = 'notice'",
    "set client_min_messages = 'notice'",
)
_END: tuple[LiteralString, ...] = (
    "set auto_explain.log_min_duration = -1",
    "reset client_min_messages",
)
# A partition counts as its table, and an index of a partition as that of its table.
_ROOTS = """
select c.relname, coalesce(root.relname, c.relname), c.relpages
  from pg_catalog.pg_class as c
  left join pg_catalog.pg_class as root on root.oid = pg_partition_root(c.oid)
 where c.relnamespace = 'app'::regnamespace
"""


@dataclass(frozen=True)
class Seen:
    """The plans of one query class: cost in the planner's unit, indexes, large tables scanned."""

    cost: float
    indexes: tuple[str, ...]
    scanned: tuple[str, ...]


def see(connection: psycopg.Connection[Any]) -> dict[str, Seen]:
    """Return what is seen of each class; empty where no account has what the queries ask for.

    The connection is in autocommit. Raises InsufficientPrivilege for who may not load auto_explain.
    """
    if connection.execute("select to_regclass('app.project_payloads')").fetchall() == [(None,)]:
        return {}
    try:
        parameters = measure.choose(connection, datetime.now(UTC))[0]
    except IndexError:
        return {}
    rows = connection.execute(_ROOTS).fetchall()
    roots = {name: root for name, root, _ in rows}
    pages = {name: pages for name, _, pages in rows}
    found = {}
    for one in CLASSES:
        connection.execute(f"prepare asked ({TYPES}) as {one.ours}".encode())
        query = sql.SQL("execute asked ({})").format(parameters.literals())
        try:
            with connection.transaction(), _explained(connection) as plans:
                connection.execute("set local role eagle_application")
                work_for(connection, parameters.account)
                plans.clear()
                connection.execute(query).fetchall()
        finally:
            connection.execute("deallocate asked")
        found[one.name] = _seen(plans, roots, pages)
    return found


@contextmanager
def _explained(connection: psycopg.Connection[Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield a list that the plan of each statement is added to."""
    plans: list[dict[str, Any]] = []

    def keep(notice: psycopg.errors.Diagnostic) -> None:
        _, mark, text = (notice.message_primary or "").partition(_MARK)
        if mark:
            plans.append(json.loads(text)["Plan"])

    for statement in _BEGIN:
        connection.execute(statement)
    connection.add_notice_handler(keep)
    try:
        yield plans
    finally:
        connection.remove_notice_handler(keep)
        connection.execute("reset role")
        for statement in _END:
            connection.execute(statement)


def _seen(plans: list[dict[str, Any]], roots: dict[str, str], pages: dict[str, int]) -> Seen:
    nodes = [node for plan in plans for node in _nodes(plan)]
    return Seen(
        cost=round(sum(plan["Total Cost"] for plan in plans), 2),
        indexes=tuple(
            sorted(
                {roots.get(n["Index Name"], n["Index Name"]) for n in nodes if "Index Name" in n}
            )
        ),
        scanned=tuple(
            sorted(
                {
                    roots.get(node["Relation Name"], node["Relation Name"])
                    for node in nodes
                    if node["Node Type"] == "Seq Scan"
                    and pages.get(node["Relation Name"], 0) >= LARGE_PAGES
                }
            )
        ),
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)
