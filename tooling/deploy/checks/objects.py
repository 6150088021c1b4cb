"""Indexes and constraints that do not do what they are there for."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error

_INVALID = """
select format('index %s is invalid', i.indexrelid::regclass),
       format('drop index concurrently %s, and make it again', i.indexrelid::regclass)
  from pg_catalog.pg_index as i
  join pg_catalog.pg_class as c on c.oid = i.indexrelid
 where not (i.indisvalid and i.indisready)
   and c.relnamespace::regnamespace::text !~ '^pg_'
union all
select format('constraint %I of %s is not validated', k.conname, k.conrelid::regclass),
       format('alter table %s validate constraint %I', k.conrelid::regclass, k.conname)
  from pg_catalog.pg_constraint as k
 where not k.convalidated
   and k.conparentid = 0
   and k.connamespace::regnamespace::text !~ '^pg_|^information_schema$'
 order by 1
"""


def _look(connection: Connection, _given: Given) -> Iterator[Finding]:
    for finding, remedy in connection.execute(_INVALID).fetchall():
        yield error(finding, remedy)


CHECK = Check("objects", "Invalid indexes and constraints that are not validated.", _look)
