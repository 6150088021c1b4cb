"""Faults of what the database holds, of its jobs and of its migrations."""

from collections.abc import Iterator

from tests.monitoring.case import case
from tests.monitoring.faults_backups import age
from tests.monitoring.stack import Stack
from tooling.errors import Exit

_STRANGER = "b0000000-0000-7000-8000-00000000000b"
_UNSEEN = "set session_replication_role = replica"
_PENDING = "-- 9998.later\n-- depends: {}\nselect 1;\n"
_PARTIAL = """-- 9999.half
-- depends: {}
-- transactional: false
-- irreversible: a test of monitoring
create index concurrently half_made_idx on app.projects (site_name);
select 1 / (select count(*) from ops.missed_months where relation = 'ready');
"""


@case(
    "A payload without a project is added with triggers off, and found by the job integrity.",
    "IntegrityViolated",
    alone=True,
)
def orphan(stack: Stack) -> Iterator[None]:
    stack.sql(
        f"{_UNSEEN}; insert into app.project_payloads (account_id, project_id, module, config)"
        f" values ('{_STRANGER}', '{_STRANGER}', 'signage.single_pole.base_plate', '{{}}')"
    )
    stack.job("integrity", exits=Exit.UNSOUND)
    yield
    stack.sql(f"{_UNSEEN}; delete from app.project_payloads where account_id = '{_STRANGER}'")
    stack.job("integrity")


@case(
    "A superuser changes the actor of an event with triggers off; the old one is put back.",
    "EventChainBroken",
)
def edited_event(stack: Stack) -> Iterator[None]:
    find = "select min(event_id::text) from app.project_events"
    (event,) = stack.sql(find)[0]
    change = f"{_UNSEEN}; update app.project_events set actor = {{}} where event_id = '{event}'"
    (actor,) = stack.sql(f"select quote_literal(actor) from app.project_events"
                         f" where event_id = '{event}'")[0]  # fmt: skip
    stack.sql(change.format("'somebody else'"))
    stack.job("audit-verify", exits=Exit.TAMPERED)
    yield
    stack.sql(change.format(actor))
    stack.job("audit-verify")


@case(
    "Everyone is allowed to read app.projects; then no longer.",
    "AccessOpen",
)
def granted_to_everyone(stack: Stack) -> Iterator[None]:
    stack.sql("grant select on app.projects to public")
    yield
    stack.sql("revoke select on app.projects from public")


@case(
    "app.project_stats was refreshed two hours ago; it is refreshed.",
    "StatisticsStale",
)
def old_statistics(stack: Stack) -> Iterator[None]:
    age(stack, "project-stats", "2 hours")
    yield
    stack.job("project-stats")


@case(
    "The job project-totals has not run for two hours; it runs.",
    "JobLate",
    job="project-totals",
)
def late_job(stack: Stack) -> Iterator[None]:
    age(stack, "project-totals", "2 hours")
    yield
    stack.job("project-totals")


@case(
    "The job analyze-partitioned is given a millisecond, then an hour.",
    "JobFailed",
    job="analyze-partitioned",
)
def failed_job(stack: Stack) -> Iterator[None]:
    limit = "update ops.jobs set time_limit = '{}' where job = 'analyze-partitioned'"
    stack.sql(limit.format("1 millisecond"))
    stack.job("analyze-partitioned", exits=Exit.FAILED)
    yield
    stack.sql(limit.format("1 hour"))
    stack.job("analyze-partitioned")


@case(
    "A migration is added to the folder, and taken out of it.",
    "MigrationsPending",
)
def pending_migration(stack: Stack) -> Iterator[None]:
    file = stack.migrations / "9998.later.sql"
    file.write_text(_PENDING.format(_newest(stack)))
    yield
    file.unlink()


@case(
    "A migration without a transaction fails at its second statement; what it misses is added.",
    "MigrationPartial",
    alone=True,
)
def partial_migration(stack: Stack) -> Iterator[None]:
    file = stack.migrations / "9999.half.sql"
    file.write_text(_PARTIAL.format(_newest(stack)))
    migrate = ("migrate", "--migrations", stack.migrations)
    stack.tooling(*migrate, exits=Exit.MIGRATION)
    yield
    stack.sql("insert into ops.missed_months (relation, starts_at, misses, last_at)"
              " values ('ready', '2020-01-01', 1, '2020-01-01')")  # fmt: skip
    stack.tooling(*migrate)
    stack.sql("delete from ops.missed_months where relation = 'ready'")


def _newest(stack: Stack) -> str:
    files = [file.stem for file in stack.migrations.glob("[0-8]*.sql")]
    return max(name for name in files if not name.endswith(".rollback"))
