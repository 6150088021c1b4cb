"""Transactions that have been open for long: a migration would wait for each, and all behind it."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error

_OPEN = """
select a.pid, a.usename, a.application_name, a.state,
       extract(epoch from now() - a.xact_start)::bigint, left(a.query, 80)
  from pg_catalog.pg_stat_activity as a
 where a.datname = current_database()
   and a.pid <> pg_backend_pid()
   and a.backend_type = 'client backend'
   and a.xact_start < now() - %s
 order by a.xact_start
"""
_PREPARED = """
select p.gid, p.owner, extract(epoch from now() - p.prepared)::bigint
  from pg_catalog.pg_prepared_xacts as p
 where p.database = current_database()
 order by p.prepared
"""


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    rows = connection.execute(_OPEN, [given.max_age]).fetchall()
    for pid, role, application, state, seconds, query in rows:
        yield error(
            f"pid {pid} ({role}, {application or 'no name'}) has had a transaction open for"
            f" {seconds} s, {state}: {query}",
            f"Let it end, or select pg_terminate_backend({pid})",
        )
    for name, owner, seconds in connection.execute(_PREPARED).fetchall():
        yield error(
            f"the prepared transaction {name} of {owner} has held its locks for {seconds} s",
            f"As its coordinator says: commit prepared '{name}', or rollback prepared '{name}'",
        )


CHECK = Check("activity", "Long, idle and prepared transactions.", _look)
