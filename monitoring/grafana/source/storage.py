"""Partitions, growth, and what vacuum and the log leave behind."""

from monitoring.grafana.source.parts import Dashboard, Graph, Number

STORAGE = Dashboard(
    uid="eagle-storage",
    title="Eagle Sign: partitions and growth",
    description="Is there room for next month, and how fast does it fill?",
    sections=(
        (
            "",
            (
                Number(
                    "Months ahead",
                    "Months after this one, up to the first that lacks partitions.",
                    "short",
                    "min(eagle_partition_months_ahead)",
                    bad=1,
                    should_be_high=True,
                ),
                Number(
                    "Writes refused",
                    "Writers refused for want of a partition, in the last day.",
                    "short",
                    "eagle_partition_missed_writes",
                    bad=1,
                ),
                Number(
                    "Growth a day",
                    "How much the database would grow in a day, going by the last six hours.",
                    "bytes",
                    "86400 * deriv(eagle_database_bytes[6h])",
                ),
                Number(
                    "Free disk",
                    "Share of the fullest disk that is free, of those that are seen.",
                    "percentunit",
                    "min(eagle_disk_free_bytes / eagle_disk_bytes)",
                    bad=0.1,
                    should_be_high=True,
                ),
                Number(
                    "Invalid indexes",
                    "Indexes that are written and never read.",
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
                    "Months with a partition beside those that the policy asks for.",
                    "short",
                    (
                        ("eagle_partition_months_ahead", "{{relation}}"),
                        ("eagle_partition_months_ahead_wanted", "{{relation}}, wanted"),
                    ),
                ),
                Graph(
                    "Retired partitions",
                    "Partitions that were retired, by how far that went.",
                    "short",
                    (("eagle_partitions_retired", "{{state}}"),),
                ),
                Graph(
                    "Size of partitions",
                    "The twenty largest, with their indexes.",
                    "bytes",
                    (("topk(20, eagle_partition_bytes)", "{{partition}}"),),
                    stacked=True,
                ),
                Graph(
                    "Rows of partitions",
                    "The twenty with most rows, as of their last analyze.",
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
                    "Share of a table's rows that are dead, where they are more than 1,000.",
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
                    "Since the last vacuum",
                    "How long ago the ten tables longest without one were vacuumed.",
                    "s",
                    (
                        (
                            "topk(10, time() - eagle_relation_vacuum_timestamp_seconds)",
                            "{{relation}}",
                        ),
                    ),
                ),
                Graph(
                    "Log on disk",
                    "What pg_wal holds, beside max_wal_size.",
                    "bytes",
                    (
                        ("eagle_wal_bytes", "log"),
                        ("eagle_wal_limit_bytes", "max_wal_size"),
                    ),
                ),
                Graph(
                    "Free disk",
                    "Of the disks of data and backups, where `tooling metrics` sees them.",
                    "bytes",
                    (("eagle_disk_free_bytes", "{{place}}"),),
                ),
            ),
        ),
    ),
)
