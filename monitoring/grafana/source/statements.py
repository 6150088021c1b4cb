"""Which statements take the time, and which tables they read."""

from monitoring.grafana.source.parts import Dashboard, Graph

STATEMENTS = Dashboard(
    uid="eagle-statements",
    title="Eagle Sign: statements",
    description="What the server spends its time on: the 25 statements with most time in all.",
    sections=(
        (
            "",
            (
                Graph(
                    "Where the time goes",
                    "Seconds of execution a second, by statement: 1 is one processor kept busy.",
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
                    "Calls a second, by statement.",
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
                    "Rows returned or changed a second, by statement.",
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
                    "Read from end to end",
                    "Sequential scans a second, by table: of a large one, an index is missing.",
                    "ops",
                    (
                        (
                            "topk(10, rate(eagle_relation_sequential_scans_total[5m]))",
                            "{{relation}}",
                        ),
                    ),
                ),
                Graph(
                    "Read through an index",
                    "Index scans a second, by table.",
                    "ops",
                    (("topk(10, rate(eagle_relation_index_scans_total[5m]))", "{{relation}}"),),
                ),
                Graph(
                    "Blocks asked for",
                    "Blocks a second, found in shared buffers or not.",
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
