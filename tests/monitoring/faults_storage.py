"""Faults of what is kept: partitions, dead rows, transaction ids, indexes, WAL, disks."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.monitoring.api import wait_for
from tests.monitoring.case import case
from tests.monitoring.stack import Stack
from tests.monitoring.workload import ACCOUNT
from tooling.server import places

_NEXT = "to_char((now() at time zone 'UTC') + interval '1 month', '\"y\"YYYY\"m\"MM')"
_MILLION = "select pg_logical_emit_message(false, 'test', repeat('x', 1000000))"
_ON_SMALL_DISK = 'mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"'
_SHORT = "select 1 where (select sum(size) from pg_ls_waldir()) < 150e6"
FAR = 0x47800000
"""A transaction id that is the first of its page, 1,199 million on: no other file is needed."""
_TAKE_AWAY = """
do $$
declare
    this text := 'project_events_' || to_char(now() at time zone 'UTC', '"y"YYYY"m"MM');
begin
    execute format('alter table app.project_events detach partition app.%I', this);
    execute format('alter table app.%I rename to project_events_kept', this);
end $$"""
_BRING_BACK = """
do $$
declare
    this  text        := 'project_events_' || to_char(now() at time zone 'UTC', '"y"YYYY"m"MM');
    month timestamptz := date_trunc('month', now(), 'UTC');
begin
    set local session_replication_role = replica;
    execute format('insert into app.project_events_kept select * from app.%I', this);
    execute format('drop table app.%I', this);
    execute format('alter table app.project_events_kept rename to %I', this);
    execute format(
        'alter table app.project_events attach partition app.%I for values from (%L) to (%L)',
        this, month, month + interval '1 month'
    );
end $$"""


@case(
    "The backups are on a disk of 8 MB, a tmpfs in a namespace of its own, that a file fills; "
    "it is deleted.",
    "DiskFull",
    alone=True,
    place="backups",
)
def full_disk(stack: Stack) -> Iterator[None]:
    folder = stack.place / "small"
    folder.mkdir()
    # Who is not root becomes it in a namespace; there root could not reach what is another user's.
    become = () if os.geteuid() == 0 else ("--map-root-user",)
    unshare = ("unshare", "--mount", *become, "sh", "-c", _ON_SMALL_DISK, folder)
    stack.stop("metrics")
    stack.start("metrics", *unshare, TOOLING_BACKUP_HOME=str(folder))
    try:
        small = 'eagle_disk_bytes{place="backups"} < 1e7'
        stack.prometheus.wait_for(
            lambda: stack.prometheus.query(small), "the small disk to be measured"
        )
        inside = Path(f"/proc/{stack.running['metrics'].pid}/root") / folder.relative_to("/")
        (inside / "filling").write_bytes(bytes(7_800_000))
        yield
        (inside / "filling").unlink()
        stack.prometheus.wait_for(
            lambda: not stack.prometheus.firing("DiskFull"), "space on the disk"
        )
    finally:
        stack.stop("metrics")
        stack.start("metrics")


@case(
    "The partition of next month is dropped; `tooling partition ensure` makes it again.",
    "PartitionsBehind",
    "PartitionsRunOut",
)
def no_partition_for_next_month(stack: Stack) -> Iterator[None]:
    stack.sql(f"do $$ begin execute 'drop table app.project_events_' || {_NEXT}; end $$")
    yield
    stack.tooling("partition", "ensure")


@case(
    "The partition of this month is missing when the application reports a write that was refused; "
    "it comes back, and a day and an hour pass.",
    "MonthMissed",
)
def refused_write(stack: Stack) -> Iterator[None]:
    # In one transaction: nobody else sees the log without its month.
    with psycopg.connect(stack.server.url()) as connection:
        connection.execute(_TAKE_AWAY)
        connection.execute("set local role eagle_application")
        connection.execute("select set_config('app.account_id', %s, true)", [ACCOUNT])
        connection.execute("select ops.repair_partitions(%s)", [ACCOUNT])
        connection.execute("reset role")
        connection.execute(_BRING_BACK)
    yield
    stack.sql("update ops.missed_months set last_at = last_at - interval '25 hours'")


@case(
    "25,000 rows are added and deleted before any autovacuum; then the table is vacuumed.",
    "DeadRows",
    relation="ops.job_runs",
)
def dead_rows(stack: Stack) -> Iterator[None]:
    stack.sql(
        "insert into ops.job_runs (job, started_at, finished_at, outcome)"
        " select 'integrity', now() - interval '300 days', now(), 'interrupted'"
        "   from generate_series(1, 25000)",
        "delete from ops.job_runs where started_at < now() - interval '200 days'",
    )
    yield
    stack.sql("vacuum ops.job_runs")


@case(
    "A unique index is built concurrently over values that are not unique; it is dropped.",
    "IndexesInvalid",
)
def invalid_index(stack: Stack) -> Iterator[None]:
    try:
        stack.sql("create unique index concurrently broken on app.projects (account_id)")
    except psycopg.errors.UniqueViolation:
        yield
    stack.sql("drop index app.broken")


@case(
    "A replication slot that nobody reads keeps 250 MB of WAL, of 64; it is dropped.",
    "LogKept",
)
def kept_log(stack: Stack) -> Iterator[None]:
    stack.sql("select pg_create_physical_replication_slot('unread', true)")
    stack.sql(*[_MILLION] * 250)
    yield
    stack.sql("select pg_drop_replication_slot('unread')")
    wait_for(lambda: stack.sql(_MILLION, "checkpoint", _SHORT), "the log to be removed", 60)


@case(
    "A transaction is prepared, and forgotten for 15 minutes; it is rolled back.",
    "VacuumHeldBack",
    alone=True,
)
def forgotten_prepared_transaction(stack: Stack) -> Iterator[None]:
    stack.sql(
        "begin; create table public.half_done (); prepare transaction 'transfer 7'",
    )
    yield
    stack.sql("rollback prepared 'transfer 7'")


@case(
    "pg_resetwal sets the next transaction id 1,199 million on; all databases are frozen.",
    "TransactionIdsOld",
    "TransactionIdsRunOut",
    alone=True,
    order=9,
)
def far_transaction_id(stack: Stack) -> Iterator[None]:
    server = stack.server
    stack.stop("receiver")
    stack.sql("select pg_drop_replication_slot('barman')")
    server.stop()
    subprocess.run(
        [server.bin_dir / "pg_resetwal", "-x", str(FAR), "-D", server.data_dir],
        check=True,
        cwd="/",
        env=server.environment(),
        capture_output=True,
        **places.identity(places.account_of(server.data_dir.parent)),
    )
    server.start()
    yield
    stack.sql("alter database template0 allow_connections true")
    for (database,) in stack.sql("select datname from pg_database"):
        with psycopg.connect(server.url(database), autocommit=True) as connection:
            connection.execute("vacuum (freeze)")
