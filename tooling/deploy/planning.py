"""How the server plans the application's queries, those inside functions too.

The queries are asked once, as the application and for one account, in the session of a role that is
made for it and has the application's and the owner's rights: code of the owner that they meet must
not run in a superuser's. A superuser sets auto_explain for that role, which could not do it itself.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from tooling import accounts
from tooling.database import as_role, become_owner
from tooling.errors import NoLesserRoleError
from tooling.queries.application import QUERIES
from tooling.queries.parameters import choose, prepared

# A sequential scan of fewer pages is no reason to worry; the planner prefers it.
LARGE_PAGES = 100
_MARK = "  plan:\n"
_ROLE = "tooling_plans_"
_LEFT = r"""
select r.rolname
  from pg_roles as r
 where r.rolname like 'tooling\_plans\_%'
   and not exists (select from pg_stat_activity as a where a.usesysid = r.oid)
"""
# A role that nobody uses any more cannot log in: its password is known to nobody.
_SETTINGS = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
    "client_min_messages": "notice",
}
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

    The connection is a superuser's, in autocommit; nobody else may load auto_explain: raises
    InsufficientPrivilege. Raises NoLesserRoleError where pg_hba.conf lets in no role made for it.
    """
    if connection.execute("select to_regclass('app.project_payloads')").fetchall() == [(None,)]:
        return {}
    rows = connection.execute(_ROOTS).fetchall()
    roots = {name: root for name, root, _ in rows}
    pages = {name: pages for name, _, pages in rows}
    found = {}
    with _explained(connection) as (session, plans):
        become_owner(session)
        try:
            parameters = choose(session, datetime.now(UTC))[0]
        except IndexError:
            return {}
        token = accounts.token(session, parameters.account)
        session.execute("set role eagle_application")
        for name, query in QUERIES.items():
            with prepared(session, query, parameters, token) as asked:
                plans.clear()
                session.execute(asked).fetchall()
                found[name] = _seen(plans, roots, pages)
    return found


@contextmanager
def _explained(
    admin: psycopg.Connection[Any],
) -> Iterator[tuple[psycopg.Connection[Any], list[dict[str, Any]]]]:
    """Yield a session that reports its plans, and a list that the plan of each statement joins."""
    plans: list[dict[str, Any]] = []

    def keep(notice: psycopg.errors.Diagnostic) -> None:
        _, mark, text = (notice.message_primary or "").partition(_MARK)
        if mark:
            plans.append(json.loads(text)["Plan"])

    for (left,) in admin.execute(_LEFT).fetchall():
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(left)))
    name, password = _ROLE + secrets.token_hex(6), secrets.token_urlsafe(32)
    role = sql.Identifier(name)
    # Neither a log nor statistics get to see the password.
    verifier = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    create = "create role {} login connection limit 1 in role eagle_application, eagle_owner"
    admin.execute(sql.SQL(create + " password {}").format(role, verifier.decode()))
    try:
        for setting, value in _SETTINGS.items():
            alter = sql.SQL("alter role {} set {} = {}")
            admin.execute(alter.format(role, sql.SQL(setting), value))
        try:
            session = psycopg.connect(
                as_role(admin.info.dsn, name), password=password, autocommit=True
            )
        except psycopg.OperationalError as error:
            raise NoLesserRoleError(
                f"cannot log in as {name}, made to see plans: {str(error).strip()}",
                hint="Let +eagle_application in by pg_hba.conf; see"
                " docs/how-to/secure-connections.md",
            ) from error
        with session:
            session.add_notice_handler(keep)
            yield session, plans
    finally:
        admin.execute(sql.SQL("drop role {}").format(role))


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
