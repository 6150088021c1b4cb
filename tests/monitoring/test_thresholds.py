"""Each alert stays quiet up to its limit, fires past it, and not before its time: by promtool.

Minutes and hours are real here; promtool counts them without waiting.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.monitoring import rules
from tests.monitoring.programs import run

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True)
class Limit:
    """Series at the limit and past it, and the minutes after which the alert fires.

    `@` in a series is the value that differs.
    """

    alert: str
    series: tuple[str, ...]
    quiet: str
    loud: str
    minutes: int
    before: int = 0


def job(metric: str, name: str, more: str = "") -> str:
    return f'eagle_job_{metric}{{job="{name}"{more}}}'


def late(alert: str, name: str, minutes: int) -> Limit:
    return Limit(
        alert,
        (job("late", name) + ": @", job("late_after_seconds", name) + ": 3600"),
        "0", "1", minutes,
    )  # fmt: skip


def once(alert: str, series: str, quiet: str, loud: str, minutes: int = 0) -> Limit:
    return Limit(alert, (f"{series}: @",), quiet, loud, minutes)


LIMITS = [
    once("ServerDown", "eagle_up", "1", "0", 1),
    once("ServerDown", "pg_up", "1", "0", 1),
    Limit("ServerDown", ("pg_up: 0", "eagle_up: @"), "1", "0", 1),
    once("MetricsIncomplete", 'eagle_read_failed{part="login"}', "0", "1", 2),
    once("MetricsIncomplete", "eagle_privileges_missing", "0", "1", 2),
    Limit("MetricsIncomplete", ("pg_up: @", "eagle_up: 1"), "1", "0", 2),
    once("DataAtRisk", 'eagle_server_faults{fault="read-only", severity="page"}', "0", "1", 1),
    Limit("DataAtRisk", ('eagle_server_faults{severity="@"}: 1',), "ticket", "page", 1),
    once(
        "ServerFault", 'eagle_server_faults{fault="restart-pending", severity="ticket"}',
        "0", "1", 30,
    ),
    Limit(
        "ServerRestarted", ("eagle_server_started_timestamp_seconds: @",),
        "7x60", "7x3 90x57", 0, 2,
    ),
    Limit("MetricsMissing", ('up{job="eagle"}: 1x60', 'up{job="postgres"}: @'), "1x60", "0x60", 5),
    Limit("MetricsMissing", ('up{job="postgres"}: 1x60', 'up{job="@"}: 1x60'), "eagle", "other", 5),
    Limit(
        "StatementsSlow",
        (
            'eagle_statement_calls_total{queryid="1", role="eagle_reader"}: 0+10x60',
            'eagle_statement_seconds_total{queryid="1", role="eagle_reader"}: @',
        ),
        "0+5x60", "0+5.1x60", 5, 1,
    ),
    Limit(
        "IndexHitRateLow",
        (
            'eagle_index_blocks_total{result="hit"}: @',
            'eagle_index_blocks_total{result="read"}: 0+6000x60',
        ),
        "0+114001x60", "0+113000x60", 10, 1,
    ),
    Limit(
        "CacheHitRateLow",
        (
            'eagle_table_blocks_total{result="hit"}: @',
            'eagle_table_blocks_total{result="read"}: 0+6000x60',
        ),
        "0+594001x60", "0+580000x60", 10, 1,
    ),
    Limit(
        "ConnectionsHigh",
        ('pg_stat_activity_count{state="idle"}: @', "pg_settings_max_connections: 100"),
        "50", "51", 5,
    ),
    Limit(
        "ConnectionsNearlyOut",
        ('pg_stat_activity_count{state="idle"}: @', "pg_settings_max_connections: 100"),
        "90", "91", 1,
    ),
    Limit(
        "ThroughputCollapsed",
        ('pg_stat_database_xact_commit{datname="a"}: @', "pg_stat_database_xact_rollback: 0x300"),
        "0+6000x90 540000+1300x200", "0+6000x90 540000+300x200", 9, 90,
    ),
    Limit(
        "ThroughputCollapsed",
        ('pg_stat_database_xact_commit{datname="a"}: @', "pg_stat_database_xact_rollback: 0x300"),
        "0+600x300", "0+6000x90 540000x200", 9, 90,
    ),
    once("LockWaitLong", "eagle_lock_longest_wait_seconds", "120", "121"),
    once("TransactionLong", 'eagle_transaction_longest_seconds{role="eagle_reader"}', "900", "901"),
    once(
        "TransactionLong", 'eagle_transaction_longest_seconds{role="eagle_backup"}',
        "43200", "43201",
    ),
    once("Deadlocks", 'pg_stat_database_deadlocks{datname="a"}', "0x5 3x60", "0x5 9x60", 6),
    Limit(
        "PartitionsBehind",
        ("eagle_partition_months_ahead: @", "eagle_partition_months_ahead_wanted: 3"),
        "3", "2", 30,
    ),
    once("PartitionsRunOut", "eagle_partition_months_ahead", "1", "0", 5),
    once("MonthMissed", "eagle_partition_missed_writes", "0", "1"),
    Limit(
        "DeadRows", ("eagle_relation_dead_rows: 30000", "eagle_relation_live_rows: @"),
        "100000", "99999", 15,
    ),
    Limit(
        "DeadRows", ("eagle_relation_dead_rows: @", "eagle_relation_live_rows: 10"),
        "20000", "20001", 15,
    ),
    once("VacuumHeldBack", 'eagle_prepared_transaction_seconds{datname="a"}', "900", "901"),
    once("VacuumHeldBack", 'eagle_oldest_xmin_age{holder="standby"}', "5e6", "5.1e6"),
    once("TransactionIdsOld", "eagle_database_xid_age", "400e6", "401e6", 15),
    once("TransactionIdsOld", "eagle_database_multixact_age", "500e6", "501e6", 15),
    once("TransactionIdsRunOut", "eagle_database_xid_age", "1e9", "1.1e9", 1),
    once("TransactionIdsRunOut", "eagle_database_multixact_age", "1e9", "1.1e9", 1),
    once("IndexesInvalid", "eagle_indexes_invalid", "0", "1", 30),
    Limit("LogKept", ("eagle_wal_bytes: @", "eagle_wal_limit_bytes: 100"), "300", "301", 5),
    Limit("DiskFull", ("eagle_disk_free_bytes: @", "eagle_disk_bytes: 100"), "10", "9", 5),
    Limit(
        "BackupLate", ("eagle_backup_newest_timestamp_seconds: @",),
        f"1200x{2 * DAY}", f"0x{2 * DAY}", 5, 30 * HOUR + 1,
    ),
    late("BackupLate", "backup", 5),
    once("BackupUnchecked", 'eagle_backups{state="unchecked"}', "0", "1", 15),
    late("BackupUnchecked", "backup-verify", 15),
    once("BackupDamaged", 'eagle_backups{state="damaged"}', "0", "1"),
    once("BackupDamaged", job("exit_code", "backup"), "1", "13"),
    Limit(
        "ReceiverDown",
        ("eagle_replication_slot_active: @", "eagle_replication_slot_retained_bytes: 5"),
        "1", "0", 2,
    ),
    once("SlotLost", 'eagle_replication_slot_lost{slot="barman"}', "0", "1", 1),
    once("BackupDue", "eagle_backup_due", "0", "1", 15),
    once("CopyLate", "eagle_copy_waiting_seconds", "3600", "3601", 5),
    once("ReplicationLag", "eagle_replication_lag_bytes", "67108864", "67108865", 5),
    Limit(
        "CommitsWait",
        ("eagle_synchronous_standbys: 0", "eagle_synchronous_standbys_wanted: @"), "0", "1", 1,
    ),
    late("RecoveryTestLate", "dr-test", 5),
    once("RecoveryTestFailed", job("failed", "dr-test"), "0", "1"),
    once(
        "RecoverySlow",
        job("result", "dr-test", ', field="recovery_time_seconds"'), "900", "901",
    ),
    once(
        "RecoverySlow",
        job("result", "dr-test", ', field="recovery_point_seconds"'), "300", "301",
    ),
    once("IntegrityViolated", job("result", "integrity", ', field="errors"'), "0", "1"),
    once("EventChainBroken", job("result", "audit-verify", ', field="problems"'), "0", "1"),
    once("AccessOpen", "eagle_access_findings", "0", "1", 5),
    late("StatisticsStale", "project-stats", 5),
    late("JobLate", "partition-ensure", 5),
    Limit("JobLate", (job("late", "@") + ": 1", job("late_after_seconds", "@") + ": 9"),
          "backup", "integrity", 5),
    once("JobFailed", job("failed", "integrity"), "0", "1"),
    Limit(
        "JobFailed", (job("failed", "integrity") + ": 1", job("exit_code", "integrity") + ": @"),
        "11", "1", 0,
    ),
    Limit(
        "JobFailed", (job("failed", "integrity") + ": 1", job("exit_code", "integrity") + ": @"),
        "13", "1", 0,
    ),
    Limit("JobFailed", (job("failed", "@") + ": 1", job("exit_code", "@") + ": 12"),
          "audit-verify", "audit-anchor", 0),
    Limit("JobFailed", (job("failed", "@") + ": 1", job("exit_code", "@") + ": 13"),
          "backup-verify", "backup-dump", 0),
    once("MigrationPartial", "eagle_migrations_partial", "0", "1", 5),
    once("MigrationsPending", "eagle_migrations_pending", "0", "1", 30),
]  # fmt: skip


def at(limit: Limit, value: str) -> dict[str, Any]:
    """Return a test of promtool's: quiet until the last minute, firing two minutes later or not."""
    series = []
    for one in limit.series:
        name, _, values = one.replace("@", value).rpartition(": ")
        series.append({"series": name, "values": values if "x" in values else f"{values}x60"})
    fires = [{"labels": f'{{alertname="{limit.alert}"}}', "value": 1}]
    expression = f'max by (alertname) (ALERTS{{alertname="{limit.alert}", alertstate="firing"}})'
    moments = [(limit.before + limit.minutes + 3, fires if value == limit.loud else [])]
    if limit.minutes:
        moments.append((max(limit.before + limit.minutes - 1, 0), []))
    return {
        "interval": "1m",
        "name": limit.alert,
        "input_series": series,
        "promql_expr_test": [
            {"expr": expression, "eval_time": f"{minute}m", "exp_samples": samples}
            for minute, samples in moments
        ],
    }


@pytest.mark.parametrize("limit", LIMITS, ids=lambda one: f"{one.alert}: {one.loud}")
def test_a_limit_is_where_it_is_said_to_be(limit: Limit, tmp_path: Path) -> None:
    file = tmp_path / "test.yml"
    content = {
        "rule_files": [str(one) for one in rules.FILES],
        "evaluation_interval": "1m",
        "tests": [at(limit, limit.quiet), at(limit, limit.loud)],
    }
    file.write_text(yaml.safe_dump(content))
    done = run("promtool", "test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_its_limit_tried() -> None:
    assert {one.alert for one in LIMITS} == {rule["alert"] for rule in rules.alerts()}
