"""Faults of backups, of their tests, and of who receives WAL."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator

from psycopg.conninfo import make_conninfo

from tests.monitoring.api import wait_for
from tests.monitoring.case import case
from tests.monitoring.stack import Stack
from tooling.backup import barman, catalog, follow
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit

_MILLION = "select pg_logical_emit_message(false, 'test', repeat('x', 1000000))"
_STREAMS = "select 1 from pg_stat_replication where state = 'streaming' and application_name = '{}'"


def age(stack: Stack, job: str, length: str) -> None:
    """Let the last runs of a job be older than they are."""
    stack.sql(
        f"update ops.job_runs set started_at = started_at - interval '{length}',"
        f" finished_at = finished_at - interval '{length}' where job = '{job}'"
    )


def record(stack: Stack, job: str, **detail: object) -> None:
    """Record a run of a job that succeeded and printed this."""
    stack.sql(
        f"select ops.finish_job(ops.begin_job('{job}'), 0, null, '{json.dumps(detail)}')",
    )


@case(
    "The job backup succeeded two days ago, and Barman takes a backup that nobody checks; "
    "it is checked, and the job runs.",
    "BackupLate",
    "BackupUnchecked",
)
def unread_backup(stack: Stack) -> Iterator[None]:
    age(stack, "backup", "2 days")
    made = barman.configured(BackupSettings(stack.backups))
    made.run("backup", "--wait")
    newest = catalog.find(made.settings)
    yield
    stack.tooling("backup", "verify", newest.backup_id)
    stack.job("backup")


@case(
    "A test is recorded that took 20 minutes to restore; then one that took 12 seconds.",
    "RecoverySlow",
)
def slow_recovery(stack: Stack) -> Iterator[None]:
    record(stack, "dr-test", passed=True, recovery_time_seconds=1200, recovery_point_seconds=0)
    yield
    record(stack, "dr-test", passed=True, recovery_time_seconds=12, recovery_point_seconds=0)


@case(
    "A table's file is cut short in every backup, eleven days after the last test; it is put "
    "back, and both jobs run.",
    "RecoveryTestLate",
    "RecoveryTestFailed",
    "BackupDamaged",
    alone=True,
)
def damaged_backup(stack: Stack) -> Iterator[None]:
    settings = BackupSettings(stack.backups)
    (path,) = stack.sql("select pg_relation_filepath('catalog.code_references')")[0]
    known = catalog.backups(settings)
    files = [catalog.data(settings, one.backup_id) / path for one in known]
    was = [file.read_bytes() for file in files]
    age(stack, "dr-test", "11 days")
    for file, content in zip(files, was, strict=True):
        file.write_bytes(content[: len(content) // 2])
    stack.job("dr-test", exits=Exit.DAMAGED)
    stack.job("backup-verify", exits=Exit.DAMAGED)
    yield
    for file, content in zip(files, was, strict=True):
        file.write_bytes(content)
    for one in known:
        stack.tooling("backup", "verify", one.backup_id)
    stack.job("backup-verify")
    stack.job("dr-test")


@case(
    "`tooling backup receive` ends; it is started again.",
    "ReceiverDown",
    alone=True,
    slot="barman",
)
def no_receiver(stack: Stack) -> Iterator[None]:
    stack.stop("receiver")
    yield
    stack.start("receiver")
    wait_for(lambda: stack.sql(_STREAMS.format(barman.RECEIVER)), "the receiver", 60)


@case(
    "The receiver ends and its slot is dropped, as after a restore; `tooling backup "
    "reset-receiver` brings both back, and takes the backup that is due.",
    "SlotLost",
    "BackupDue",
    alone=True,
)
def no_slot(stack: Stack) -> Iterator[None]:
    stack.stop("receiver")
    stack.tooling("backup", "receive", "--stop")
    stack.sql(f"select pg_drop_replication_slot('{barman.SLOT}')")
    follow.demand_backup(BackupSettings(stack.backups), "planted")
    yield
    stack.tooling("backup", "reset-receiver")
    stack.tooling("backup", "receive", "--stop")
    stack.start("receiver")
    wait_for(lambda: stack.sql(_STREAMS.format(barman.RECEIVER)), "the receiver", 60)


@case(
    "A bucket is set, and no backup was copied to it; then none is set.",
    "CopyLate",
    alone=True,
)
def no_copy(stack: Stack) -> Iterator[None]:
    stack.stop("metrics")
    stack.start("metrics", TOOLING_BACKUP_BUCKET="backups")
    yield
    stack.stop("metrics")
    stack.start("metrics")


@case(
    "A pg_receivewal is stopped by a signal while 100 MB of WAL are written; it goes on.",
    "ReplicationLag",
    application_name="stalled",
)
def stalled_receiver(stack: Stack) -> Iterator[None]:
    folder = stack.place / "stalled"
    folder.mkdir()
    source = make_conninfo(stack.url, application_name="stalled")
    stack.sql("select pg_create_physical_replication_slot('stalled', true)")
    process = subprocess.Popen(
        [
            stack.server.bin_dir / "pg_receivewal", "--directory", folder, "--no-sync",
            "--status-interval", "1", "--slot", "stalled", "--dbname", source,
        ],
        env=stack.server.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: stack.sql(_STREAMS.format("stalled")), "a second receiver", 90)
        os.kill(process.pid, signal.SIGSTOP)
        stack.sql(*[_MILLION] * 100)
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.terminate()
        process.wait()
        free = "select 1 from pg_replication_slots where slot_name = 'stalled' and not active"
        wait_for(lambda: stack.sql(free), "the slot to be free", 30)
        stack.sql("select pg_drop_replication_slot('stalled')")


@case(
    "Commits are told to wait for a receiver that does not exist; then no longer.",
    "CommitsWait",
    alone=True,
)
def missing_synchronous_receiver(stack: Stack) -> Iterator[None]:
    stack.sql("alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()")
    yield
    stack.sql("alter system reset synchronous_standby_names", "select pg_reload_conf()")
