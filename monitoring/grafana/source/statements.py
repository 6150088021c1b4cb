"""Execution time of statements, and scans of tables."""

from monitoring.grafana.source.parts import Dashboard, Graph

STATEMENTS = Dashboard(
    uid="eagle-statements",
    title="Eagle Sign: statements",
    description="Execution time of the server: the 25 statements with the highest total time.",
    sections=(
        (
            "",
            (
                Graph(
                    "Execution time",
                    "Seconds of execution per second, by statement: 1 uses one processor fully.",
                    "short",
                    (
                        (
                            "topk(10, rate(eagle_statement_seconds_total[5m]))",
                            "{{role}}: {{statement}}",
                        ),
                    ),
                    stacked=True,
                    width=24,
                ),
                Graph(
                    "Mean time",
                    "Mean of the last 10 minutes, by statement.",
                    "s",
                    (("topk(10, eagle:statement_seconds:mean10m)", "{{role}}: {{statement}}"),),
                    wanted=0.5,
                    width=24,
                ),
                Graph(
                    "Calls",
                    "Calls per second, by statement.",
                    "ops",
                    (
                        (
                            "topk(10, rate(eagle_statement_calls_total[5m]))",
                            "{{role}}: {{statement}}",
                        ),
                    ),
                    width=24,
                ),
                Graph(
                    "Rows",
                    "Rows returned or changed per second, by statement.",
                    "short",
                    (
                        (
                            "topk(10, rate(eagle_statement_rows_total[5m]))",
                            "{{role}}: {{statement}}",
                        ),
                    ),
                    width=24,
                ),
            ),
        ),
        (
            "Tables",
            (
                Graph(
                    "Sequential scans",
                    "Per second, by table. Many scans of a large table: an index is missing.",
                    "ops",
                    (
                        (
                            "topk(10, rate(eagle_relation_sequential_scans_total[5m]))",
                            "{{relation}}",
                        ),
                    ),
                ),
                Graph(
                    "Index scans",
                    "Per second, by table.",
                    "ops",
                    (("topk(10, rate(eagle_relation_index_scans_total[5m]))", "{{relation}}"),),
                ),
                Graph(
                    "Blocks read",
                    "Blocks per second, found in shared buffers or not.",
                    "short",
                    (
                        (
                            "sum by (result) (rate(eagle_index_blocks_total[5m]))",
                            "index, {{result}}",
                        ),
                        (
                            "sum by (result) (rate(eagle_table_blocks_total[5m]))",
                            "table, {{result}}",
                        ),
                    ),
                    width=24,
                ),
            ),
        ),
    ),
)
