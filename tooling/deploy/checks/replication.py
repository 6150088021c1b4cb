"""Standbys and slots: how far behind, whether one keeps WAL, and what is not there."""

from collections.abc import Iterator

from tooling.backup import barman, catalog, follow, settings
from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning

_LAG_BYTES = 64 * 1024 * 1024
_STANDBYS = """
select coalesce(nullif(r.application_name, ''), r.pid::text), r.state,
       pg_wal_lsn_diff(
           pg_current_wal_lsn(), coalesce(r.replay_lsn, r.flush_lsn, r.sent_lsn)
       )::bigint
  from pg_catalog.pg_stat_replication as r
 order by 1
"""
_SLOTS = """
select s.slot_name, case when is_lost then 'lost' else s.wal_status end,
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn), 0)::bigint
  from pg_catalog.pg_replication_slots as s
 where not s.active
 order by 1
"""


_MISSING = """
select current_setting('synchronous_standby_names') <> ''
       and not exists (
           select from pg_catalog.pg_stat_replication as r where r.sync_state in ('sync', 'quorum')
       ),
       not exists (select from pg_catalog.pg_replication_slots as s where s.slot_name = %s)
"""


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    if connection.execute("select pg_is_in_recovery()").fetchall()[0][0]:
        yield error(
            "this server is a standby; it takes no writes",
            "Name the primary: target_session_attrs=read-write",
        )
        return
    for name, state, lag in connection.execute(_STANDBYS).fetchall():
        if lag is not None and lag > _LAG_BYTES:
            yield error(
                f"{name} is {lag / 1e6:,.0f} MB of WAL behind ({state})",
                "Wait until it has caught up: a failover now would go back that far.",
            )
    waits, is_gone = connection.execute(_MISSING, [barman.SLOT]).fetchall()[0]
    if waits:
        yield error(
            "synchronous_standby_names is set, and no synchronous standby is connected:"
            " no commit returns",
            "Start the standby or the receiver, or alter system reset synchronous_standby_names.",
        )
    chosen = settings.load(given.settings.root)
    if is_gone and catalog.backups(chosen):
        yield error(
            f"the replication slot {barman.SLOT} is gone: WAL that no receiver has can be removed",
            "Start the receiver, tooling backup receive; then tooling backup run --full",
        )
    slots = _SLOTS.replace("is_lost", follow.is_lost(connection))
    for name, status, kept in connection.execute(slots.encode()).fetchall():
        yield (error if status in ("unreserved", "lost") else warning)(
            f"nobody uses the slot {name}; it keeps {kept / 1e6:,.0f} MB of WAL ({status})",
            f"Start its consumer, or select pg_drop_replication_slot('{name}')",
        )


CHECK = Check(
    "replication",
    "Standbys that lag or are missing, and slots that nobody uses or that are gone.",
    _look,
)
