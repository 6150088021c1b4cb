"""The session that verifies or anchors the log: what it sees, its settings and its snapshot."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

from tooling.database import Connection
from tooling.errors import RefusedError

TABLES = {
    "app.projects": "r",
    "app.project_payloads": "p",
    "app.project_events": "p",
    "app.event_chains": "r",
    "app.project_totals": "r",
    "app.retired_events": "r",
    "ops.retired_partitions": "r",
    "ops.evidence": "r",
}
_VISIBLE: LiteralString = """
select t.name, c.relkind::text, row_security_active(c.oid),
       coalesce(
           array_agg(
               distinct p.polname || ': ' || coalesce(pg_get_expr(p.polqual, c.oid), 'true')
           ) filter (where p.polpermissive),
           '{}'
       ),
       coalesce(array_agg(distinct p.polname::text) filter (where not p.polpermissive), '{}'),
       coalesce(bool_or(p.polpermissive and pg_get_expr(p.polqual, c.oid) = 'true'), false)
  from unnest(%s::text[]) as t (name)
  left join pg_class as c on c.oid = to_regclass(t.name)
  left join pg_policy as p
    on p.polrelid = c.oid
   and p.polcmd in ('r', '*')
   and exists (
           select
             from unnest(p.polroles) as r (role)
            where case when r.role = 0 then true else pg_has_role(r.role, 'usage') end
       )
 group by t.name, c.oid, c.relkind
 order by t.name
"""
_SETTINGS: tuple[LiteralString, ...] = (
    "set search_path = pg_catalog, pg_temp",
    "set timezone = 'UTC'",
    "set statement_timeout = 0",
    "set work_mem = '64MB'",
)


def prepare(connection: Connection) -> None:
    """Give the session the settings that the statements of this room count on.

    Raises RefusedError unless it sees every row of what is verified.
    """
    for setting in _SETTINGS:
        connection.execute(setting)
    for name, kind, is_filtered, policies, narrow, is_open in connection.execute(
        _VISIBLE, [list(TABLES)]
    ).fetchall():
        if kind != TABLES[name]:
            raise RefusedError(
                f"{name} is not the table that the migrations created",
                hint="Find out who replaced it; compare with a backup.",
            )
        if is_filtered and (narrow or not is_open):
            held = ", ".join([*narrow, *policies]) or "none"
            raise RefusedError(
                f"not every row of {name} is visible: its policies are {held}",
                hint="Connect as eagle_auditor; restore the policy that sql/app/policies declares.",
            )


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Read in one snapshot, and write nothing, while the block runs."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        yield


def count_chains(connection: Connection) -> int:
    """Return how many chains there are."""
    return int(connection.execute("select count(*) from app.event_chains").fetchall()[0][0])
