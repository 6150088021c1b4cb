"""Whether connections are left, for the deploy and for the application that starts anew."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error

_FREE_SHARE = 20
_USED = """
select count(*) filter (where a.backend_type = 'client backend'),
       current_setting('max_connections')::integer
       - current_setting('superuser_reserved_connections')::integer
       - coalesce(current_setting('reserved_connections', true)::integer, 0)
  from pg_catalog.pg_stat_activity as a
"""


def _look(connection: Connection, _given: Given) -> Iterator[Finding]:
    used, most = connection.execute(_USED).fetchall()[0]
    if (most - used) * 100 < most * _FREE_SHARE:
        yield error(
            f"{used} of {most} connections are taken; under {_FREE_SHARE} % are free",
            "End what is idle, or lower the pool sizes, before the deploy adds its own.",
        )


CHECK = Check("connections", "Connections left for a deploy.", _look)
