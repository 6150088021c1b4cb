"""Every metric that `tooling metrics` serves: its type, and what it says in a sentence."""

from dataclasses import dataclass

PREFIX = "eagle_"


@dataclass(frozen=True)
class Sample:
    """A measured number. `metric` is a key of GAUGES or COUNTERS."""

    metric: str
    labels: dict[str, str]
    value: float


GAUGES = {
    "up": "1 if the server accepts connections, also if it refuses this one.",
    "read_failed": "1 if a part of the metrics could not be read, or login was refused.",
    "privileges_missing": "Roles without which statistics are read in part only.",
    "server_faults": "Faults of the server by kind; `tooling preflight` says what each is.",
    "read_seconds": "How long reading all of this took.",
    "job_enabled": "1 if the job is to run.",
    "job_late": "1 if an enabled job has had no success for too long.",
    "job_late_after_seconds": "The age of the last success at which the job is late.",
    "job_last_start_timestamp_seconds": "When the newest run of the job began.",
    "job_last_success_timestamp_seconds": "When the newest successful run of the job ended.",
    "job_last_duration_seconds": "How long the newest successful run took.",
    "job_failed": "1 if the newest run that ended did not succeed.",
    "job_exit_code": "Exit code of the newest run that ended.",
    "job_result": "A number, or the length of a list, in what the newest ended run printed.",
    "partition_months_ahead": "Months after this one, up to the first that lacks partitions.",
    "partition_months_ahead_wanted": "Months ahead that the policy of the table asks for.",
    "partition_rows": "Rows of a partition as of its last analyze.",
    "partition_bytes": "Size of a partition with its indexes.",
    "partition_missed_writes": "Writers refused for want of a partition; months of the last day.",
    "partitions_retired": "Retired partitions by how far that went.",
    "access_findings": "What stands open, as ops.check_access() finds it.",
    "audit_chains": "Chains of events, one a project, as of the last analyze.",
    "backups": "Backups by state: verified, checked, unchecked, damaged, incomplete.",
    "backup_newest_timestamp_seconds": "When the newest complete backup ended.",
    "backup_checked_timestamp_seconds": "When the newest one whose checksums are right ended.",
    "backup_verified_timestamp_seconds": "When the newest one that a recovery test restored ended.",
    "backup_due": "1 if the newest backup and the WAL after it do not lead to this moment.",
    "backup_newest_bytes": "Size of the newest complete backup.",
    "copy_waiting_seconds": "How long the oldest file without a copy in the bucket has waited.",
    "disk_bytes": "Size of the disk of data, WAL, a tablespace or backups, if it is on the machine"
    " that measures.",
    "disk_free_bytes": "Free space of that disk.",
    "migrations_partial": "Migrations that stopped half-way.",
    "migrations_pending": "Migrations in the folder that are not applied.",
    "migration_applied_timestamp_seconds": "When a migration was applied.",
    "connections": "Connections of clients by state.",
    "connections_limit": "How many connections the server takes: max_connections.",
    "database_bytes": "Size of the database.",
    "server_started_timestamp_seconds": "When the server was started.",
    "lock_waiters": "Sessions that wait for a lock.",
    "lock_longest_wait_seconds": "How long the first of them has waited.",
    "transaction_longest_seconds": "Age of the oldest open transaction of a role's sessions.",
    "oldest_xmin_age": "Age of the oldest transaction that a session, a prepared one, a slot or a"
    " standby holds: no row that died later is vacuumed.",
    "prepared_transaction_seconds": "Age of the oldest prepared transaction of a database.",
    "relation_live_rows": "Live rows of a table, estimated.",
    "relation_dead_rows": "Dead rows of a table that vacuum has not removed, estimated.",
    "relation_bytes": "Size of a table with its indexes.",
    "relation_vacuum_timestamp_seconds": "When the table was vacuumed last.",
    "indexes_invalid": "Indexes left unusable, for example by a build that was cancelled.",
    "wal_bytes": "Size of the WAL that the server keeps on its disk.",
    "wal_limit_bytes": "How large it should get: max_wal_size.",
    "replication_slot_active": "1 if somebody receives from the slot.",
    "replication_slot_lost": "1 if the slot is missing, or its WAL was removed.",
    "replication_slot_retained_bytes": "WAL that the server keeps for the slot.",
    "replication_lag_bytes": "WAL that a receiver has not yet written to disk.",
    "synchronous_standbys_wanted": "1 if commits wait for a synchronous receiver.",
    "synchronous_standbys": "Synchronous receivers that are connected.",
    "is_standby": "1 on a standby.",
    "timeline": "Timeline of the server; a recovery or a failover begins another one.",
    "database_xid_age": "Transactions since the oldest unfrozen one of a database.",
    "database_multixact_age": "Multixacts since the oldest of a database.",
}

COUNTERS = {
    "commits_total": "Transactions committed, in all databases.",
    "rollbacks_total": "Transactions rolled back, in all databases.",
    "index_blocks_total": "Index blocks found in shared buffers (hit) or asked for (read).",
    "table_blocks_total": "Table blocks found in shared buffers (hit) or asked for (read).",
    "relation_sequential_scans_total": "Scans of a table from end to end.",
    "relation_index_scans_total": "Scans of a table through an index.",
    "statement_calls_total": "Calls of a statement; the 25 that took most time are there.",
    "statement_seconds_total": "Time that the calls of a statement took.",
    "statement_rows_total": "Rows that a statement returned or changed.",
    "wal_written_bytes_total": "WAL written since the cluster was made.",
}
