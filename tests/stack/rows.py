"""Rows of the product: written, and compared after a recovery."""

from collections.abc import Callable

Ask = Callable[[str], str]
"""Runs SQL as the superuser and returns what psql prints."""

PSQL = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1")
ARRIVED = """
    select count(*) from pg_stat_replication
     where application_name = 'barman_receive_wal' and flush_lsn >= '{lsn}'
"""
"""Whether the receiver has all WAL up to a position: 1, else 0."""
_ACCOUNT = "0194f3c0-0000-7000-8000-000000000001"
_WRITE = f"""
    with made as (
        insert into app.projects (account_id, name, created_by, updated_by)
        select '{_ACCOUNT}', 'Sign ' || n, 'stack', 'stack' from generate_series(1, 50) as n
        returning account_id, project_id
    )
    insert into app.project_payloads (account_id, project_id, module, config)
    select account_id, project_id, 'signage.single_pole.base_plate', '{{"height_ft": 20}}' from made
"""
_TABLES = ("app.projects", "app.project_payloads", "app.project_events", "app.event_chains")
_ALL = " union all ".join(
    f"select '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by "
    f"md5(t::text))), '') from {table} as t"
    for table in _TABLES
)


def write(ask: Ask) -> None:
    """Write 50 projects with a design each, whose events are chained."""
    ask(_WRITE)


def all_of_them(ask: Ask) -> str:
    """Return count and checksum of each table of the tenants."""
    return ask(_ALL).strip()
