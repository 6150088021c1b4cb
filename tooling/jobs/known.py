"""What each job does. A row of ops.jobs says when, and nothing that runs is read from it."""

from collections.abc import Mapping
from dataclasses import dataclass

OPERATOR = "eagle_operator"


@dataclass(frozen=True)
class Work:
    """Arguments of tooling, or a statement; and the role that logs in for it."""

    command: tuple[str, ...] = ()
    statement: str | None = None
    role: str = OPERATOR


WORK: Mapping[str, Work] = {
    "analyze-partitioned": Work(statement="select ops.analyze_partitioned_tables()"),
    "audit-anchor": Work(("audit", "anchor"), role="eagle_auditor"),
    "audit-anchor-light": Work(("audit", "anchor", "--light"), role="eagle_auditor"),
    "audit-verify": Work(("audit", "verify"), role="eagle_auditor"),
    "backup": Work(("backup", "run"), role="eagle_backup"),
    "backup-dump": Work(("backup", "dump"), role="eagle_backup"),
    "backup-prune": Work(("backup", "prune"), role="eagle_backup"),
    "backup-verify": Work(("backup", "verify"), role="eagle_backup"),
    "dr-test": Work(("dr-test",), role="eagle_backup"),
    "integrity": Work(("integrity",)),
    "partition-ensure": Work(("partition", "ensure")),
    "partition-retire": Work(("partition", "retire"), role="eagle_migrator"),
    "project-stats": Work(statement="select ops.refresh_project_stats()"),
    "project-totals": Work(statement="select ops.fold_project_totals()"),
}
"""By the name of the job; a check of ops.jobs says the same, for who reads the table."""
