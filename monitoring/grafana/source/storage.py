"""Partitions, growth, dead rows, WAL and disks."""

from monitoring.grafana.source.parts import Dashboard, Graph, Number

STORAGE = Dashboard(
    uid="eagle-storage",
    title="Eagle Sign: partitions and growth",
    description="Partitions created ahead, size and growth of the database, vacuum, WAL and disks.",
    sections=(
        (
            "",
            (
                Number(
                    "Months ahead",
                    "Months after the current one, up to the first without a partition.",
                    "short",
                    "min(eagle_partition_months_ahead)",
                    bad=1,
                    should_be_high=True,
                ),
                Number(
                    "Writes refused",
                    "Writes refused in the last day because a partition was missing.",
                    "short",
                    "eagle_partition_missed_writes",
                    bad=1,
                ),
                Number(
                    "Growth a day",
                    "Growth of the database in a day, extrapolated from the last six hours.",
                    "bytes",
                    "86400 * deriv(eagle_database_bytes[6h])",
                ),
                Number(
                    "Free disk",
                    "Free share of the fullest visible disk.",
                    "percentunit",
                    "min(eagle_disk_free_bytes / eagle_disk_bytes)",
                    bad=0.1,
                    should_be_high=True,
                ),
                Number(
                    "Invalid indexes",
                    "Indexes that are updated, but not used by queries.",
                    "short",
                    "eagle_indexes_invalid",
                    bad=1,
                ),
                Number(
                    "Oldest transaction id",
                    "Transactions since the oldest unfrozen row; writes stop at 2,000 million.",
                    "short",
                    "max(eagle_database_xid_age)",
                    bad=4e8,
                ),
            ),
        ),
        (
            "Partitions",
            (
                Graph(
                    "Months ahead",
                    "Months with a partition, compared with those that the policy requires.",
                    "short",
                    (
                        ("eagle_partition_months_ahead", "{{relation}}"),
                        ("eagle_partition_months_ahead_wanted", "{{relation}}, wanted"),
                    ),
                ),
                Graph(
                    "Retired partitions",
                    "Retired partitions by state.",
                    "short",
                    (("eagle_partitions_retired", "{{state}}"),),
                ),
                Graph(
                    "Size of partitions",
                    "The twenty largest partitions, with their indexes.",
                    "bytes",
                    (("topk(20, eagle_partition_bytes)", "{{partition}}"),),
                    stacked=True,
                ),
                Graph(
                    "Rows of partitions",
                    "The twenty partitions with most rows, as of their last analyze.",
                    "short",
                    (("topk(20, eagle_partition_rows)", "{{partition}}"),),
                    stacked=True,
                ),
            ),
        ),
        (
            "Growth",
            (
                Graph(
                    "Size of the database",
                    "With all of its indexes.",
                    "bytes",
                    (("eagle_database_bytes", "database"),),
                ),
                Graph(
                    "Largest tables",
                    "With their indexes.",
                    "bytes",
                    (("topk(10, eagle_relation_bytes)", "{{relation}}"),),
                ),
                Graph(
                    "Dead rows",
                    "Share of dead rows of a table, if there are more than 1,000.",
                    "percentunit",
                    (
                        (
                            "eagle_relation_dead_rows / (eagle_relation_dead_rows"
                            " + eagle_relation_live_rows) and eagle_relation_dead_rows > 1000"
                            " or topk(1, eagle_relation_dead_rows) * 0",
                            "{{relation}}",
                        ),
                    ),
                    wanted=0.23,
                ),
                Graph(
                    "Time since the last vacuum",
                    "The ten tables that were vacuumed longest ago.",
                    "s",
                    (
                        (
                            "topk(10, time() - eagle_relation_vacuum_timestamp_seconds)",
                            "{{relation}}",
                        ),
                    ),
                ),
                Graph(
                    "WAL on disk",
                    "Size of pg_wal, compared with max_wal_size.",
                    "bytes",
                    (
                        ("eagle_wal_bytes", "WAL"),
                        ("eagle_wal_limit_bytes", "max_wal_size"),
                    ),
                ),
                Graph(
                    "Free disk",
                    "Of the disks of data and backups, if `tooling metrics` sees them.",
                    "bytes",
                    (("eagle_disk_free_bytes", "{{place}}"),),
                ),
            ),
        ),
    ),
)
