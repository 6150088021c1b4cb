"""Stopping everybody else: locks, what is shared by all sessions, and work without end."""

import contextlib

import psycopg

from tests.attacks.attacker import Attacker, Outcome
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
from tests.attacks.world import ANA, ANA_PROJECT, BOB

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


_PROJECT = "insert into app.projects (account_id, name, created_by, updated_by"
_LONG = "repeat('x', 1000000)"
for column in ("customer", "description", "site_name", "street"):
    forbidden(
        f"write a {column} without end",
        f"{_PROJECT}, {column}) values ('{ANA}', 'x', 'x', 'x', {_LONG})",
        f"update app.projects set {column} = {_LONG} where project_id = '{ANA_PROJECT}'",
        f"select app.update_project('{ANA}', '{ANA_PROJECT}', (select etag from app.projects where "
        f"project_id = '{ANA_PROJECT}'), 'x', jsonb_build_object('{column}', {_LONG}))",
    )
forbidden(
    "write a name without end",
    f"{_PROJECT}) values ('{ANA}', {_LONG}, 'x', 'x')",
    f"select app.create_project('{ANA}', {_LONG}, 'x')",
)
forbidden(
    "write an actor without end",
    f"{_PROJECT}) values ('{ANA}', 'x', {_LONG}, 'x')",
    f"{_PROJECT}) values ('{ANA}', 'x', 'x', {_LONG})",
    f"update app.projects set updated_by = {_LONG} where project_id = '{ANA_PROJECT}'",
    f"select app.create_project('{ANA}', 'x', {_LONG})",
    f"select app.append_event('{ANA}', '{ANA_PROJECT}', 'file.attached', {_LONG})",
    f"select app.save_payload('{ANA}', '{ANA_PROJECT}', 'signage.single_pole.base_plate', '{{}}', "
    f"'[]', '{{}}', {_LONG})",
    f"select app.delete_project('{ANA}', '{ANA_PROJECT}', null, {_LONG})",
)
forbidden(
    "write constants_version without end",
    *(
        f"update app.projects set constants_version = {value} where project_id = '{ANA_PROJECT}'"
        for value in (
            "array_fill('x'::text, array[100000])",
            f"array[{_LONG}]",
            f"array_fill({_LONG}, array[3, 3])",
        )
    ),
)

_JSON = {
    "long": f"jsonb_build_object('x', {_LONG})",
    "many": "(select jsonb_object_agg(n, n) from generate_series(1, 20000) as n)",
    "large numbers": "jsonb_build_object('n', array_fill(1e131071::numeric, array[300]))",
    "negative numbers": "jsonb_build_object('n', array_fill(-1e131071::numeric, array[300]))",
    "small numbers": "jsonb_build_object('n', array_fill(1e-16383::numeric, array[300]))",
    "long zeros": "jsonb_build_object('n', array_fill(round(5::numeric, 16383), array[300]))",
    "deep": "(repeat('{\"x\": ', 1000) || '1' || repeat('}', 1000))::jsonb",
}
_PAYLOAD = "insert into app.project_payloads (account_id, project_id, module, config"
_KEY = f"'{ANA}', '{ANA_PROJECT}', 'signage.single_pole.base_plate'"
for kind, value in _JSON.items():
    forbidden(
        f"write JSON that is {kind}",
        f"{_PAYLOAD}) values ({_KEY}, {value})",
        f"{_PAYLOAD}, cost_snapshot) values ({_KEY}, '{{}}', {value})",
        f"{_PAYLOAD}, files) values ({_KEY}, '{{}}', jsonb_build_array({value}))",
        f"select app.save_payload({_KEY}, {value}, '[]', '{{}}', 'x')",
        f"select app.append_event('{ANA}', '{ANA_PROJECT}', 'file.attached', 'x', {value})",
        f"select app.update_project('{ANA}', '{ANA_PROJECT}', null, 'x', {value})",
        f"select app.find_payloads('{ANA}', {value})",
    )

_WORDS = "(select string_agg(md5(n::text), ' ') from generate_series(1, {}) as n)"
for role in (APPLICATION, READER):
    forbidden(
        "ask for work without end",
        f"select app.search_projects('{ANA}', {_WORDS.format(20000)})",
        f"select app.search_projects('{ANA}', 'x', 1000000000)",
        f"select app.search_projects('{ANA}', 'x', null)",
        f"select app.list_projects('{ANA}', 'draft', 1000000000)",
        f"select app.find_payloads('{ANA}', '{{}}', -1)",
        f"select catalog.find_shape({_LONG})",
        f"select catalog.shape_properties({_LONG})",
        f"select catalog.shape_sources('W14X90', 'v16.0', {_LONG})",
        "select catalog.lightest_sections(array_fill('W'::text, array[100000]))",
        "select catalog.lightest_sections('{W}', count => 1000000000)",
        role=role,
    )

    @case("ask for work for another account", role)
    def _(attacker: Attacker) -> None:
        """Look that the account is asked for first, whatever else is wrong with the call."""
        for call in (
            f"search_projects('{BOB}', {_WORDS.format(20000)})",
            f"search_projects('{BOB}', 'x', -1)",
            f"list_projects('{BOB}', 'draft', -1)",
            f"find_payloads('{BOB}', {_JSON['large numbers']})",
        ):
            _refused(attacker.tries(f"select app.{call}"), "ES005", call)


@case("change another account's rows by calls that are wrong in more than one way")
def _(attacker: Attacker) -> None:
    for call in (
        f"create_project('{BOB}', {_LONG}, {_LONG})",
        f"update_project('{BOB}', '{BOB}', null, {_LONG}, {_JSON['deep']})",
        f"set_project_status('{BOB}', '{BOB}', null, {_LONG}, 'draft')",
        f"save_payload('{BOB}', '{BOB}', 'signage.single_pole.base_plate', {_JSON['deep']}, '[]', "
        "'{}', 'x')",
        f"append_event('{BOB}', '{BOB}', 'file.attached', {_LONG})",
        f"delete_project('{BOB}', '{BOB}', null, {_LONG})",
    ):
        _refused(attacker.tries(f"select app.{call}"), "ES005", call)


def _refused(outcome: Outcome, state: str, call: str) -> None:
    if outcome.error is None or outcome.error.sqlstate != state:
        raise BreachError(f"{call[:60]}: {outcome.text()[:80]}")


forbidden(
    "page through everybody without end",
    "select ops.page_projects(size => 1000000000)",
    "select ops.page_projects(size => -1)",
    "select ops.project_documents(array_fill(gen_random_uuid(), array[100000]), "
    "array_fill(gen_random_uuid(), array[100000]))",
    role=INDEXER,
)

# Large enough that a look for its words reads more than a look for words of nobody.
_VICTIM = "b7000000-0000-7000-8000-00000000002f"
_FILL = f"""
set session_replication_role = replica;
insert into app.projects (account_id, name, customer, created_by, updated_by)
select '{_VICTIM}', 'Zebra ' || n, 'Quagga & Sons', 'x', 'x' from generate_series(1, 8000) as n;
insert into app.project_payloads (account_id, project_id, module, config)
select account_id, project_id, 'signage.single_pole.base_plate',
       jsonb_build_object('alloy', 'unobtanium', 'n', project_id)
  from app.projects
 where account_id = '{_VICTIM}';
reset session_replication_role;
"""
_LOOKS = (
    ("app.search_projects('{}', '{}')", "quagga", "qwxyzk"),
    ("app.find_payloads('{}', '{{\"alloy\": \"{}\"}}')", "unobtanium", "unheard_of"),
)


@case("what others have, by how much a search reads")
def _(attacker: Attacker) -> None:
    """Look for a word of others as an account that is made up, with the last byte of theirs."""
    admin = attacker.world.admin
    admin.execute(_FILL.encode())
    admin.execute("vacuum analyze app.projects, app.project_payloads")
    attacker.world.changes()
    made_up = f"dddddddd-dddd-7ddd-8ddd-dddddddddd{_VICTIM[-2:]}"
    for look, theirs, nobodys in _LOOKS:
        seen: dict[str, list[str]] = {}
        # What is read for the first time differs in other ways.
        for word in (theirs, nobodys, theirs, nobodys):
            outcome = attacker.tries(
                "explain (analyze, buffers, costs off, timing off, summary off) "
                f"select count(*) from {look.format(made_up, word)}",
                account=made_up,
            )
            seen[word] = [row for row in outcome.rows if "Buffers" in row]
        if seen[theirs] != seen[nobodys]:
            raise BreachError(f"{look}: {seen}")
