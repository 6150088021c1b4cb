"""Stopping everybody else: locks, what is shared by all sessions, and work without end."""

import contextlib

import psycopg

from tests.attacks.attacker import Attacker
from tests.attacks.case import (
    APPLICATION,
    AUDITOR,
    BACKUP,
    EXPORTER,
    INDEXER,
    OPERATOR,
    READER,
    BreachError,
    case,
    forbidden,
)

ROLES = (APPLICATION, READER, AUDITOR, OPERATOR, EXPORTER, INDEXER, BACKUP)
TOO_LATE = "55P03"
"""The statement waited for a lock: all that came after it waited behind."""

_RELATIONS = (
    "app.projects",
    "app.project_payloads",
    "app.project_payloads_two_pole_direct_burial",
    "app.project_events",
    "app.project_totals",
    "app.event_chains",
    "app.account_stats",
    "app.account_dashboard",
    "catalog.calibration_constants",
    "catalog.code_references",
    "catalog.imports",
    "catalog.material_catalog",
    "catalog.past_versions",
    "catalog.pricing_configs",
    "catalog.property_definitions",
    "ops.job_runs",
    "ops.jobs",
    "ops.missed_months",
    "ops.partition_policies",
    "ops.retired_partitions",
)
_MODES = (
    "access exclusive",
    "exclusive",
    "share row exclusive",
    "share",
    "share update exclusive",
)
for role in ROLES:
    forbidden(
        "lock a table against everybody",
        *(f"lock table {name} in {mode} mode" for name in _RELATIONS for mode in _MODES),
        role=role,
    )

_WAITING = (
    "create rule mine as on insert to app.projects do also nothing",
    "create or replace rule mine as on select to app.projects do instead select 1",
    "create trigger mine before insert on app.projects for each row "
    "execute function app.audit_project()",
    "create statistics app.mine on name, customer from app.projects",
    "comment on table app.projects is 'mine'",
    "comment on column app.projects.name is 'mine'",
    "drop owned by current_user",
    "drop trigger projects_audit on app.projects",
    "alter table app.projects add column mine integer",
    "create index on app.projects (name)",
    "reindex table app.projects",
    "cluster app.projects using projects_pkey",
    "refresh materialized view app.project_stats",
    "truncate app.projects cascade",
)
for role in ROLES:
    for text in _WAITING:

        @case(f"wait for a lock, and let all wait behind: {text[:40]}", role)
        def _(attacker: Attacker, text: str = text) -> None:
            """Another session's transaction, which it may have begun itself, holds a weak lock."""
            with psycopg.connect(attacker.world.server.url(attacker.world.database)) as other:
                other.execute("lock table app.projects in share update exclusive mode")
                attacker.does("set lock_timeout = '100ms'")
                outcome = attacker.does(text)
                if outcome.error is None or outcome.error.sqlstate == TOO_LATE:
                    raise BreachError(f"waited: {text[:60]}")


@case("take away the policies that name the role")
def _(attacker: Attacker) -> None:
    _drop_owned(attacker)


@case("take away the policies that name the role", READER)
def _(attacker: Attacker) -> None:
    _drop_owned(attacker)


def _drop_owned(attacker: Attacker) -> None:
    for owned in ("current_user", attacker.role, "session_user"):
        if attacker.does(f"drop owned by {owned} cascade").error is None:
            raise BreachError("dropped the policies of its role")


_TAKING = [
    f"pg_{how}advisory{kind}"
    for how in ("", "try_")
    for kind in ("_lock", "_lock_shared", "_xact_lock", "_xact_lock_shared")
]
for role in (APPLICATION, READER, AUDITOR, EXPORTER, BACKUP):
    forbidden(
        "take advisory locks",
        *(f"select {name}(6203588), {name}(1, 2)" for name in _TAKING),
        "select pg_advisory_lock(hashtextextended('eagle-sign partitions', 0))",
        "select pg_advisory_lock(hashtextextended('ops.jobs.integrity', 0))",
        "select pg_try_advisory_lock(1953460076, 1081844924)",
        role=role,
    )
    forbidden(
        "take what all sessions share",
        "select count(pg_advisory_lock(n)) from generate_series(1, 100000) as n",
        "select pg_notify('x', repeat('x', 7999)) from generate_series(1, 10)",
        role=role,
    )

    if role == BACKUP:
        continue  # A backup ends a segment of WAL by such a message.

    @case("fill the write-ahead log without a right on any table", role)
    def _(attacker: Attacker) -> None:
        """Try it from version 17 on: what is taken away in 16 could not be loaded there."""
        outcome = attacker.does("select pg_logical_emit_message(false, 'x', repeat('x', 1000000))")
        if outcome.error is None and attacker.connection.info.server_version >= 170000:
            raise BreachError("wrote a message")


for role in (APPLICATION, READER, INDEXER, EXPORTER):

    @case("fill the disk with temporary files", role)
    def _(attacker: Attacker) -> None:
        for text in (
            "set temp_file_limit = -1",
            "set temp_file_limit = '100GB'",
            f"alter role {attacker.role} set temp_file_limit = -1",
            f"alter role {attacker.role} reset temp_file_limit",
        ):
            if attacker.does(text).error is None:
                raise BreachError(f"{text} succeeded")
        attacker.does("reset all")
        with Attacker(attacker.world, attacker.role) as later:
            if later.does("show temp_file_limit").rows != ["('1GB',)"]:
                raise BreachError("has no limit")


@case("use up the connections")
def _(attacker: Attacker) -> None:
    """Open all that the server gives; another role still comes in."""
    with contextlib.ExitStack() as opened:
        for _number in range(120):
            try:
                opened.enter_context(Attacker(attacker.world, APPLICATION))
            except psycopg.OperationalError:
                break
        for role in (READER, AUDITOR, OPERATOR, EXPORTER, INDEXER, BACKUP):
            try:
                opened.enter_context(Attacker(attacker.world, role))
            except psycopg.OperationalError as error:
                raise BreachError(f"{role} cannot connect: {error}") from error
