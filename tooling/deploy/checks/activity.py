"""Transactions that have been open for long: a migration would wait for each, and all behind it."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning

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
select p.gid, p.owner, p.database, extract(epoch from now() - p.prepared)::bigint,
       p.database = current_database()
  from pg_catalog.pg_prepared_xacts as p
 order by p.prepared
"""
# Vacuum keeps what one of these could still see, in every database.
_HOLDERS = """
select format('pid %%s (%%s in database %%s)', a.pid, a.usename, a.datname),
       format('for %%s s', extract(epoch from now() - a.xact_start)::bigint),
       format('Let it end, or select pg_terminate_backend(%%s)', a.pid)
  from pg_catalog.pg_stat_activity as a
 where a.datname <> current_database()
   and a.backend_type <> 'walsender'
   and coalesce(a.backend_xmin, a.backend_xid) is not null
   and a.xact_start < now() - %(max_age)s
union all
select format('the replication slot %%s', s.slot_name), format('for %%s transactions', held.age),
       format('Start its consumer, or select pg_drop_replication_slot(%%L)', s.slot_name)
  from pg_catalog.pg_replication_slots as s
 cross join lateral (values (greatest(age(s.xmin), age(s.catalog_xmin)))) as held (age)
 where held.age > %(transactions)s
union all
select format('the standby %%s', r.application_name), format('for %%s transactions', held.age),
       'End its long queries, or switch off hot_standby_feedback there.'
  from pg_catalog.pg_stat_replication as r
 cross join lateral (values (age(r.backend_xmin))) as held (age)
 where held.age > %(transactions)s
"""
_TRANSACTIONS = 1_000_000


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    rows = connection.execute(_OPEN, [given.max_age]).fetchall()
    for pid, role, application, state, seconds, query in rows:
        yield error(
            f"pid {pid} ({role}, {application or 'no name'}) has had a transaction open for"
            f" {seconds} s, {state}: {query}",
            f"Let it end, or select pg_terminate_backend({pid})",
        )
    for name, owner, database, seconds, is_here in connection.execute(_PREPARED).fetchall():
        where = "" if is_here else f" in database {database}"
        yield (error if is_here else warning)(
            f"the prepared transaction {name} of {owner}{where} has held its locks for {seconds} s",
            f"As its coordinator says: commit prepared '{name}', or rollback prepared '{name}'",
        )
    limits = {"max_age": given.max_age, "transactions": _TRANSACTIONS}
    for holder, since, remedy in connection.execute(_HOLDERS, limits).fetchall():
        yield warning(f"{holder} has kept vacuum from removing rows {since}", remedy)


CHECK = Check("activity", "Long, idle and prepared transactions; what holds back vacuum.", _look)
