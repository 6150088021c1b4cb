"""Faults of the server that `tooling metrics` counts, each in a sentence, and what stops DDL."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning
from tooling.metrics import certificate, faults

_EVENT_TRIGGERS = """
select e.evtname, e.evtevent, e.evtfoid::regprocedure::text
  from pg_catalog.pg_event_trigger as e
 where e.evtenabled in ('O', 'A')
   and e.evtname <> 'eagle_refuse_definition'
   and not exists (
           select
             from pg_catalog.pg_depend as d
            where d.classid = 'pg_event_trigger'::regclass
              and d.objid = e.oid
              and d.deptype = 'e'
       )
 order by e.evtname
"""
_UNANALYZED = """
select c.oid::regclass::text
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname in ('app', 'catalog', 'ops')
   and c.relkind in ('r', 'm')
   and c.reltuples > 100
   and pg_stat_get_mod_since_analyze(c.oid) <= 50
   and exists (
           select
             from pg_catalog.pg_attribute as a
            where a.attrelid = c.oid
              and a.attnum > 0
              and not a.attisdropped
              and coalesce(a.attstattarget, -1) <> 0
       )
   and not exists (select from pg_catalog.pg_statistic as s where s.starelid = c.oid)
 order by 1
"""


def _look(connection: Connection, _given: Given) -> Iterator[Finding]:
    for one in (*faults.find(connection), *certificate.find(connection)):
        yield (error if one.severity == "page" else warning)(one.finding, one.remedy)
    for trigger, event, function in connection.execute(_EVENT_TRIGGERS).fetchall():
        yield error(
            f"the event trigger {trigger} runs {function} at {event}: it can refuse a migration",
            f"Read it; alter event trigger {trigger} disable, until the deployment is over.",
        )
    for (table,) in connection.execute(_UNANALYZED).fetchall():
        yield warning(f"{table} has rows and no statistics", f"analyze {table}")


CHECK = Check(
    "server",
    "Settings that endanger data, damage, roles that cannot log in, certificates, event triggers.",
    _look,
)
