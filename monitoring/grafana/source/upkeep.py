"""Migrations, jobs, and findings of checks."""

from monitoring.grafana.source.parts import Dashboard, Graph, Number, Rows

UPKEEP = Dashboard(
    uid="eagle-upkeep",
    title="Eagle Sign: migrations and jobs",
    description="Migrations, scheduled jobs, and findings of integrity, audit and access checks.",
    sections=(
        (
            "",
            (
                Number(
                    "Migrations applied",
                    "Migrations in the ledger.",
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
                    "Partly applied",
                    "Migrations that stopped before their end.",
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
                    "Problems that the newest run found in the audit log.",
                    "short",
                    'eagle_job_result{job="audit-verify", field="problems"}',
                    bad=1,
                ),
                Number(
                    "Access",
                    "Findings of ops.check_access().",
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
                    "When each migration was applied. The other dashboards mark these times.",
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
                    "Duration of jobs",
                    "The newest successful run of each.",
                    "s",
                    (("eagle_job_last_duration_seconds", "{{job}}"),),
                ),
                Graph(
                    "Chains of events",
                    "Number of chains, one for each project, as of the last analyze.",
                    "short",
                    (("eagle_audit_chains", "chains"),),
                ),
                Graph(
                    "Time of a scrape",
                    "How long `tooling metrics` took to read all values; the limit is 8 seconds.",
                    "s",
                    (("eagle_read_seconds", "read"),),
                ),
            ),
        ),
    ),
)
