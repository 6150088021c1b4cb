"""Migrations, jobs, and what the checks of the data found."""

from monitoring.grafana.source.parts import Dashboard, Graph, Number, Rows

UPKEEP = Dashboard(
    uid="eagle-upkeep",
    title="Eagle Sign: migrations and jobs",
    description="What was applied, what runs by itself, and what it found.",
    sections=(
        (
            "",
            (
                Number(
                    "Migrations applied",
                    "As the ledger has them.",
                    "short",
                    "count(eagle_migration_applied_timestamp_seconds)",
                ),
                Number(
                    "Pending",
                    "Migrations in the folder that are not applied.",
                    "short",
                    "eagle_migrations_pending",
                    bad=1,
                ),
                Number(
                    "Half-way",
                    "Migrations that stopped on the way.",
                    "short",
                    "eagle_migrations_partial",
                    bad=1,
                ),
                Number(
                    "Integrity",
                    "Checks of the newest run that found an error.",
                    "short",
                    'eagle_job_result{job="integrity", field="errors"}',
                    bad=1,
                ),
                Number(
                    "Audit log",
                    "Problems that the newest run found in the chains of events.",
                    "short",
                    'eagle_job_result{job="audit-verify", field="problems"}',
                    bad=1,
                ),
                Number(
                    "Access",
                    "What stands open that should not.",
                    "short",
                    "eagle_access_findings",
                    bad=1,
                ),
            ),
        ),
        (
            "Migrations",
            (
                Rows(
                    "Applied",
                    "When each migration was applied. The other dashboards mark the moments.",
                    "dateTimeAsIso",
                    "1000 * max by (migration) (eagle_migration_applied_timestamp_seconds)",
                    ("migration",),
                    "applied",
                    width=12,
                ),
                Rows(
                    "Jobs",
                    "How long ago each job last succeeded.",
                    "s",
                    "max by (job) (time() - eagle_job_last_success_timestamp_seconds)",
                    ("job",),
                    "last success",
                    width=12,
                ),
            ),
        ),
        (
            "Jobs",
            (
                Graph(
                    "Late or failed",
                    "1 while a job is late, or its newest run failed.",
                    "short",
                    (
                        ("max by (job) (eagle_job_late)", "{{job}}, late"),
                        ("max by (job) (eagle_job_failed)", "{{job}}, failed"),
                    ),
                ),
                Graph(
                    "How long they took",
                    "The newest successful run of each.",
                    "s",
                    (("eagle_job_last_duration_seconds", "{{job}}"),),
                ),
                Graph(
                    "Chains of events",
                    "One a project, as of the last analyze.",
                    "short",
                    (("eagle_audit_chains", "chains"),),
                ),
                Graph(
                    "Time to measure",
                    "How long reading all of this took; it may take 8 seconds.",
                    "s",
                    (("eagle_read_seconds", "read"),),
                ),
            ),
        ),
    ),
)
