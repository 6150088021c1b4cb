"""What two readings a moment apart say together: rates, shares, ages and what is wrong."""

from dataclasses import asdict, dataclass
from typing import Any

from tooling.metrics.families import Sample
from tooling.metrics.problems import problems
from tooling.metrics.reading import JobState, Reading, hit_rate, jobs

SHOWN_STATEMENTS = 10


@dataclass(frozen=True)
class Statement:
    """A statement: calls since statistics were reset, mean and sum of time, share of all time."""

    text: str
    role: str
    calls: int
    mean_ms: float
    total_seconds: float
    calls_per_second: float


@dataclass(frozen=True)
class Picture:
    """The numbers of one moment. Rates are per second, sizes in bytes, ages in seconds.

    `problems` are sentences about what monitoring would raise an alert for at once.
    """

    uptime: float
    connections: dict[str, int]
    connections_limit: int
    transactions_per_second: float
    rollbacks_per_second: float
    wal_bytes_per_second: float
    index_hit_rate: float | None
    table_hit_rate: float | None
    database_bytes: int
    longest_transaction: float
    lock_waiters: int
    longest_lock_wait: float
    statements: tuple[Statement, ...]
    jobs: tuple[JobState, ...]
    months_ahead: dict[str, int]
    slots: dict[str, dict[str, float]]
    backup_age: float | None
    migrations_applied: int
    migrations_pending: int
    problems: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return what --json prints."""
        return asdict(self)


def draw(before: Reading, now: Reading) -> Picture:
    """Put two readings together. Pure."""
    seconds = max(now.at - before.at, 0.001)

    def rate(metric: str) -> float:
        return max(now.one(metric) - before.one(metric), 0) / seconds

    commits, rollbacks = rate("commits_total"), rate("rollbacks_total")
    active = now.by("replication_slot_active", "slot")
    retained = now.by("replication_slot_retained_bytes", "slot")
    months = now.by("partition_months_ahead", "relation")
    return Picture(
        uptime=now.at - now.one("server_started_timestamp_seconds"),
        connections={state: int(n) for state, n in now.by("connections", "state").items()},
        connections_limit=int(now.one("connections_limit")),
        transactions_per_second=commits + rollbacks,
        rollbacks_per_second=rollbacks,
        wal_bytes_per_second=rate("wal_written_bytes_total"),
        index_hit_rate=hit_rate(now, "index_blocks_total"),
        table_hit_rate=hit_rate(now, "table_blocks_total"),
        database_bytes=int(now.one("database_bytes")),
        longest_transaction=max(now.by("transaction_longest_seconds", "role").values(), default=0),
        lock_waiters=int(now.one("lock_waiters")),
        longest_lock_wait=now.one("lock_longest_wait_seconds"),
        statements=tuple(_statements(before, now, seconds)),
        jobs=tuple(jobs(now)),
        months_ahead={relation: int(n) for relation, n in months.items()},
        slots={
            slot: {"active": value, "retained_bytes": retained.get(slot, 0)}
            for slot, value in active.items()
        },
        backup_age=now.age("backup_newest_timestamp_seconds"),
        migrations_applied=len(now.by_metric.get("migration_applied_timestamp_seconds", ())),
        migrations_pending=int(now.one("migrations_pending")),
        problems=tuple(problems(now)),
    )


def _statements(before: Reading, now: Reading, seconds: float) -> list[Statement]:
    def read(reading: Reading, metric: str) -> dict[tuple[str, str], Sample]:
        return {
            (sample.labels["queryid"], sample.labels["role"]): sample
            for sample in reading.by_metric.get(metric, ())
        }

    calls, earlier = read(now, "statement_calls_total"), read(before, "statement_calls_total")
    found = []
    for key, spent in read(now, "statement_seconds_total").items():
        number = calls[key].value
        since = earlier[key].value if key in earlier else number
        found.append(
            Statement(
                text=spent.labels["statement"],
                role=spent.labels["role"],
                calls=int(number),
                mean_ms=1000 * spent.value / max(number, 1),
                total_seconds=spent.value,
                calls_per_second=max(number - since, 0) / seconds,
            )
        )
    found.sort(key=lambda statement: statement.mean_ms, reverse=True)
    return found[:SHOWN_STATEMENTS]
