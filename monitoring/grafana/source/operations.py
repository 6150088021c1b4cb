"""Statements, hit rates, connections and throughput; then alerts, faults, locks, WAL and files."""

from monitoring.grafana.source.parts import Dashboard, Graph, Number, Rows

OPERATIONS = Dashboard(
    uid="eagle-operations",
    title="Eagle Sign: operations",
    description="Performance and load of the server: the five main panels first, then details.",
    sections=(
        (
            "",
            (
                Rows(
                    "Slowest statements",
                    "The ten slowest of the 25 statements that take most time, by their mean of "
                    "the last 10 minutes. An alert fires at 0.5 s, for those of the application.",
                    "s",
                    "topk(10, sum by (statement, role) (eagle:statement_seconds:mean10m))",
                    ("role", "statement"),
                    "mean",
                ),
                Graph(
                    "Index hit rate",
                    "Share of index blocks that were in shared buffers. The target is 95 %.",
                    "percentunit",
                    (("eagle:index_hits:ratio15m", "index"),),
                    wanted=0.95,
                    should_be_high=True,
                ),
                Graph(
                    "Cache hit rate",
                    "Share of table blocks that were in shared buffers. The target is 99 %.",
                    "percentunit",
                    (("eagle:table_hits:ratio15m", "tables"),),
                    wanted=0.99,
                    should_be_high=True,
                ),
                Graph(
                    "Connections by state",
                    "Connections of clients, compared with max_connections and half of it.",
                    "short",
                    (
                        ("eagle:connections:by_state", "{{state}}"),
                        ("pg_settings_max_connections / 2", "half of the limit"),
                        ("pg_settings_max_connections", "limit"),
                    ),
                ),
                Graph(
                    "Throughput",
                    "Transactions per second, of all databases of the server.",
                    "ops",
                    (
                        ("eagle:transactions:rate5m", "all"),
                        (
                            "sum by (instance) (rate(pg_stat_database_xact_rollback[5m]))",
                            "rolled back",
                        ),
                    ),
                ),
            ),
        ),
        (
            "Now",
            (
                Number(
                    "Alerts",
                    "Alerts that are firing; Prometheus lists them under /alerts.",
                    "short",
                    'count(ALERTS{alertstate="firing"}) or vector(0)',
                    bad=1,
                ),
                Number(
                    "Oldest transaction",
                    "How long the oldest open transaction has been open.",
                    "s",
                    "max(eagle_transaction_longest_seconds) or vector(0)",
                    bad=900,
                ),
                Number(
                    "Waiting for locks",
                    "Sessions that wait for a lock.",
                    "short",
                    "eagle_lock_waiters",
                    bad=1,
                ),
                Number(
                    "Longest wait",
                    "How long the session that waits longest has waited.",
                    "s",
                    "eagle_lock_longest_wait_seconds",
                    bad=120,
                ),
                Number("Size", "Size of the database.", "bytes", "eagle_database_bytes"),
                Number(
                    "Uptime",
                    "How long ago the server was started.",
                    "s",
                    "time() - eagle_server_started_timestamp_seconds",
                ),
                Rows(
                    "Server faults",
                    "Settings, damage and roles that no other panel shows, by kind; `tooling "
                    "preflight` says what each is. Alerts fire above 0.",
                    "short",
                    "sum by (fault, severity) (eagle_server_faults)",
                    ("fault", "severity"),
                    "found",
                    width=12,
                ),
                Graph(
                    "Server faults over time",
                    "Faults found, by the severity of their alert; 0 is right.",
                    "short",
                    (("sum by (severity) (eagle_server_faults)", "{{severity}}"),),
                    wanted=1,
                    stacked=True,
                ),
            ),
        ),
        (
            "Over time",
            (
                Graph(
                    "WAL written",
                    "Bytes of WAL per second.",
                    "Bps",
                    (("rate(eagle_wal_written_bytes_total[5m])", "WAL"),),
                ),
                Graph(
                    "Locks by mode",
                    "Locks held or waited for.",
                    "short",
                    (("sum by (mode) (pg_locks_count)", "{{mode}}"),),
                    stacked=True,
                ),
                Graph(
                    "Deadlocks",
                    "Deadlocks in 15 minutes.",
                    "short",
                    (
                        (
                            'increase(pg_stat_database_deadlocks{datname!=""}[15m])',
                            "{{datname}}",
                        ),
                    ),
                ),
                Graph(
                    "Temporary files",
                    "Bytes per second that sorts and joins wrote to disk: work_mem was too small.",
                    "Bps",
                    (
                        (
                            'rate(pg_stat_database_temp_bytes{datname!=""}[5m])',
                            "{{datname}}",
                        ),
                    ),
                ),
            ),
        ),
    ),
)
