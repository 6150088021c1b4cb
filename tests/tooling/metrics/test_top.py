"""`tooling top`: a terminal's picture of the database."""

import io
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from rich.console import Console

from tests.conftest import close, durable
from tooling.metrics import screen
from tooling.metrics.families import Sample
from tooling.metrics.picture import Picture, draw
from tooling.metrics.reading import Reading
from tooling.server.server import Server

ROOT = Path(__file__).resolve().parents[3]


def top(url: str, *options: str) -> str:
    run = [sys.executable, "-m", "tooling", "top", "--interval", "0.2", *options]
    dsn = make_conninfo(url, user="eagle_exporter")
    done = subprocess.run(
        [*run, "--dsn", dsn], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_once_prints_a_screen_with_what_is_wrong(migrated_database: str) -> None:
    with psycopg.connect(migrated_database) as connection:
        connection.execute("update ops.jobs set added_at = '2020-01-01' where job = 'integrity'")
    printed = top(migrated_database, "--once")
    for words in ("transactions", "cache hits", "Slowest statements", "Jobs", "3 months ahead"):
        assert words in printed
    assert "● job integrity is late" in printed
    assert "integrity" in printed.split("Jobs")[1]


@pytest.fixture
def healthy(server: Server, migrated_database: str) -> Iterator[str]:
    """Return a database whose privileges and statistics are right, which no copy inherits."""
    with durable(server):
        with psycopg.connect(migrated_database) as connection:
            connection.execute("analyze")
        yield close(migrated_database)


def test_json_is_for_programs(healthy: str) -> None:
    read = json.loads(top(healthy, "--json"))
    assert read["connections_limit"] == 100
    assert read["connections"]["active"] >= 1
    assert read["months_ahead"] == {"app.project_events": 3}
    assert read["problems"] == []


def test_of_a_healthy_database_nothing_is_wrong(healthy: str) -> None:
    assert "Nothing is wrong." in top(healthy, "--once")


def test_without_privileges_the_rest_is_shown(migrated_database: str) -> None:
    with psycopg.connect(migrated_database, autocommit=True) as admin:
        admin.execute("revoke pg_monitor from eagle_exporter")
        try:
            read = json.loads(top(migrated_database, "--json"))
        finally:
            admin.execute("grant pg_monitor to eagle_exporter")
    assert "the part activity of the metrics could not be read" in read["problems"]
    assert (
        "statistics are read in part only: grant pg_monitor to eagle_exporter" in read["problems"]
    )
    assert read["months_ahead"] == {"app.project_events": 3}


def picture(before: list[Sample], now: list[Sample]) -> Picture:
    """Put readings ten seconds apart together."""
    first, second = Reading(before), Reading(now)
    first.at = second.at - 10
    return draw(first, second)


def statement(calls: float, seconds: float, queryid: str = "1") -> list[Sample]:
    labels = {"queryid": queryid, "role": "eagle_application", "statement": "select 1"}
    return [
        Sample("statement_calls_total", labels, calls),
        Sample("statement_seconds_total", labels, seconds),
    ]


def test_rates_are_those_between_two_looks() -> None:
    drawn = picture(
        [Sample("commits_total", {}, 100), Sample("rollbacks_total", {}, 5), *statement(10, 1)],
        [Sample("commits_total", {}, 600), Sample("rollbacks_total", {}, 15), *statement(30, 2)],
    )
    assert drawn.transactions_per_second == pytest.approx(51)
    assert drawn.rollbacks_per_second == pytest.approx(1)
    (one,) = drawn.statements
    assert one.calls_per_second == pytest.approx(2)
    assert one.mean_ms == pytest.approx(2000 / 30)


def test_the_oldest_transaction_and_the_newest_backup_are_told() -> None:
    drawn = picture(
        [],
        [
            Sample("transaction_longest_seconds", {"role": "eagle_reader"}, 3),
            Sample("transaction_longest_seconds", {"role": "eagle_application"}, 7),
            Sample("backup_newest_timestamp_seconds", {}, time.time() - 60),
            Sample("backup_checked_timestamp_seconds", {}, time.time() - 60),
        ],
    )
    assert drawn.longest_transaction == 7
    assert drawn.backup_age == pytest.approx(60, abs=5)
    assert drawn.problems == ()


def test_after_a_reset_of_statistics_no_rate_is_negative() -> None:
    drawn = picture(
        [Sample("commits_total", {}, 600), *statement(30, 2)],
        [Sample("commits_total", {}, 1), *statement(3, 0.2)],
    )
    assert drawn.transactions_per_second == 0
    assert drawn.statements[0].calls_per_second == 0


def test_the_slowest_statement_comes_first() -> None:
    drawn = picture([], [*statement(1000, 1, "often"), *statement(2, 1, "slow")])
    assert [one.calls for one in drawn.statements] == [2, 1000]


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (
            [Sample("connections_limit", {}, 10), Sample("connections", {"state": "idle"}, 6)],
            "6 of",
        ),
        (
            [
                Sample("index_blocks_total", {"result": "hit"}, 900),
                Sample("index_blocks_total", {"result": "read"}, 100),
            ],
            "90.0% of index blocks",
        ),
        ([Sample("partition_months_ahead", {"relation": "app.x"}, 0)], "lacks partitions before"),
        ([Sample("replication_slot_active", {"slot": "barman"}, 0)], "slot barman"),
        ([Sample("replication_slot_lost", {"slot": "barman"}, 1)], "reset-receiver"),
        ([Sample("backup_due", {}, 1)], "tooling backup run --full"),
        ([Sample("copy_waiting_seconds", {}, 3601)], "tooling backup ship"),
        ([Sample("synchronous_standbys_wanted", {}, 1)], "none is connected"),
        ([Sample("migrations_partial", {}, 1)], "half-way"),
        ([Sample("access_findings", {}, 2)], "preflight"),
        (
            [Sample("server_faults", {"fault": "read-only", "severity": "page"}, 1)],
            "transactions are read-only, by a setting: `tooling preflight --check server`",
        ),
        ([Sample("read_failed", {"part": "activity"}, 1)], "part activity of the metrics could"),
        ([Sample("privileges_missing", {}, 2)], "grant pg_monitor to eagle_exporter"),
        (
            [Sample("oldest_xmin_age", {"holder": "standby", "name": "reader"}, 6e6)],
            "reader keeps vacuum from removing rows: 6,000,000 transactions old",
        ),
        (
            [Sample("prepared_transaction_seconds", {"datname": "other"}, 901)],
            "a prepared transaction of other is 901 s old",
        ),
        ([Sample("backups", {"state": "damaged"}, 1)], "tooling backup list"),
        ([Sample("backup_newest_timestamp_seconds", {}, 9)], "not checked"),
        (
            [
                Sample("disk_bytes", {"place": "backups"}, 1000),
                Sample("disk_free_bytes", {"place": "backups"}, 50),
            ],
            "5% of the disk of the backups",
        ),
        (
            [
                Sample("job_enabled", {"job": "dr-test"}, 1),
                Sample("job_failed", {"job": "dr-test"}, 1),
            ],
            "dr-test failed",
        ),
    ],
)
def test_what_is_wrong_is_said(samples: list[Sample], said: str) -> None:
    (problem,) = picture([], samples).problems
    assert said in problem


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "never"), (0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (1e6, "12 d")],
)
def test_ages_are_readable(seconds: float | None, said: str) -> None:
    assert screen.age(seconds) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (1234, "1.2 kB"), (3e13, "30.0 TB")])
def test_sizes_are_readable(count: float, said: str) -> None:
    assert screen.size(count) == said


JOBS = (
    "analyze-partitioned", "audit-anchor", "audit-verify", "backup", "backup-dump", "backup-prune",
    "backup-verify", "dr-test", "integrity", "partition-ensure", "partition-retire",
    "project-stats", "project-totals",
)  # fmt: skip
FAULT = Sample("server_faults", {"fault": "read-only", "severity": "page"}, 1)


def busy(*more: Sample) -> Picture:
    """Return what a busy database looks like: many statements, every job, a slot, a backup."""
    samples = [one for n in range(20) for one in statement(1e6 + n, 2e4 - 1000 * n, queryid=str(n))]
    samples += [Sample("job_enabled", {"job": job}, 1) for job in JOBS]
    samples += [
        Sample("job_last_success_timestamp_seconds", {"job": job}, time.time() - 4000)
        for job in JOBS
    ]
    samples += [
        Sample("connections", {"state": "active"}, 3),
        Sample("connections", {"state": "idle"}, 41),
        Sample("connections", {"state": "idle in transaction"}, 2),
        Sample("connections_limit", {}, 100),
        Sample("server_started_timestamp_seconds", {}, time.time() - 1e5),
        Sample("partition_months_ahead", {"relation": "app.project_events"}, 3),
        Sample("replication_slot_active", {"slot": "barman"}, 1),
        Sample("replication_slot_retained_bytes", {"slot": "barman"}, 1.6e7),
        Sample("backup_newest_timestamp_seconds", {}, time.time() - 33000),
        Sample("backup_checked_timestamp_seconds", {}, time.time() - 33000),
    ]
    return picture([], [*samples, *more])


def lines(drawn: Picture, height: int | None, width: int = 80) -> list[str]:
    """Return the lines that a terminal of this size is given."""
    console = Console(width=width, height=height, file=io.StringIO(), record=True)
    console.print(screen.show(drawn, "eagle_sign, PostgreSQL 18", height))
    return console.export_text().splitlines()


@pytest.mark.parametrize("height", [10, 16, 24, 30, 50])
def test_a_screen_has_no_more_lines_than_the_terminal(height: int) -> None:
    for drawn in (busy(), busy(FAULT), busy(*failed(JOBS))):
        shown = lines(drawn, height)
        assert len(shown) <= height
        assert max(map(len, shown)) <= 80


def failed(names: Iterable[str]) -> list[Sample]:
    return [Sample("job_failed", {"job": name}, 1) for name in names]


def test_in_80_columns_and_24_lines_stands_what_matters() -> None:
    shown = lines(busy(FAULT, *failed(["project-totals"])), 24)
    assert shown[0].startswith(" ● transactions are read-only, by a setting: `tooling preflight --")
    assert shown[1] == " ● job project-totals failed"
    text = "\n".join(shown)
    for words in (
        "transactions        0.0/s, 0.0/s undone", "46 of 100: 3 a", "oldest transaction",
        "Slowest statements", "app.project_events  3 months ahead", "slot barman",
        "keeps 16.0 MB", "newest backup", "9 h old", "0 pending",
    ):  # fmt: skip
        assert words in text
    jobs = [line.split()[0] for line in shown[shown.index(line_of(shown, "Jobs")) + 2 :]]
    assert jobs[0] == "project-totals"
    assert len(shown) == 24


def line_of(shown: list[str], words: str) -> str:
    return next(line for line in shown if line.startswith(words))


def test_problems_without_room_are_counted() -> None:
    shown = lines(busy(*failed(JOBS)), 16)
    assert shown[0] == " ● job analyze-partitioned failed"
    assert shown[9] == " ● and 4 more: `tooling top --json`"
    assert "oldest transaction" in "\n".join(shown)


def test_what_is_printed_once_is_whole() -> None:
    shown = "\n".join(lines(busy(*failed(JOBS)), None, width=120))
    assert all(f" ● job {job} failed" in shown for job in JOBS)
    assert shown.count("select 1") == 10
