"""Changing what belongs to other accounts, and what nobody may change."""

from tests.attacks.attacker import Attacker
from tests.attacks.case import (
    APPLICATION,
    AUDITOR,
    OPERATOR,
    READER,
    BreachError,
    case,
    forbidden,
    statement,
)
from tests.attacks.world import ANA, ANA_PROJECT, BOB, BOB_ETAG, BOB_PAYLOAD, BOB_PROJECT

EVENTS = "app.project_events"

statement(
    "update another account's project",
    f"update app.projects set name = 'mine' where account_id = '{BOB}'",
    f"update app.projects set name = 'mine' where project_id = '{BOB_PROJECT}'",
)
forbidden(
    "move a project to another account",
    f"update app.projects set account_id = '{BOB}' where project_id = '{ANA_PROJECT}'",
)
forbidden(
    "create a project in another account",
    "insert into app.projects (account_id, name, created_by, updated_by) values "
    f"('{BOB}', 'x', 'x', 'x')",
)
forbidden(
    "create a project under another's key",
    "insert into app.projects (account_id, project_id, name, created_by, updated_by) "
    f"values ('{ANA}', '{BOB_PROJECT}', 'x', 'x', 'x')",
)
forbidden(
    "upsert into another account",
    "insert into app.projects (account_id, name, created_by, updated_by) values "
    f"('{BOB}', 'x', 'x', 'x') on conflict do nothing",
)
statement(
    "merge into another account",
    f"merge into app.projects as p using (values ('{BOB}'::uuid)) as v (id) on "
    "p.account_id = v.id when matched then update set name = 'mine' when not matched "
    "then do nothing",
)
statement(
    "delete another account's project",
    f"delete from app.projects where account_id = '{BOB}'",
    f"delete from app.projects where project_id = '{BOB_PROJECT}'",
    f"select app.delete_project('{BOB}', '{BOB_PROJECT}', '{BOB_ETAG}', 'ana')",
    f"select app.delete_project('{ANA}', '{BOB_PROJECT}', '{BOB_ETAG}', 'ana')",
)
forbidden("delete payloads", f"delete from app.project_payloads where account_id = '{ANA}'")
forbidden(
    "save a payload for another account's project",
    f"select app.save_payload('{BOB}', '{BOB_PROJECT}', "
    f"'signage.single_pole.base_plate', '{{}}', '[]', '{{}}', 'ana')",
)
forbidden(
    "save a payload across accounts",
    "insert into app.project_payloads (account_id, project_id, module, config) values "
    f"('{ANA}', '{BOB_PROJECT}', 'signage.single_pole.base_plate', '{{}}')",
)
statement(
    "renew another account's payload",
    f"update app.project_payloads set created_at = now() where payload_id = '{BOB_PAYLOAD}'",
)
forbidden(
    "change another account's project by its functions",
    f"select app.update_project('{BOB}', '{BOB_PROJECT}', '{BOB_ETAG}', 'ana', "
    f'\'{{"name": "mine"}}\')',
    f"select app.set_project_status('{BOB}', '{BOB_PROJECT}', '{BOB_ETAG}', 'ana', 'submitted')",
    f"select app.create_project('{BOB}', 'mine', 'ana')",
    f"select app.append_event('{BOB}', '{BOB_PROJECT}', 'file.attached', 'ana')",
)
forbidden(
    "record an event in another account",
    f"insert into {EVENTS} (account_id, project_id, event_type, actor) values ('{BOB}', "
    f"'{BOB_PROJECT}', 'file.attached', 'ana')",
)
statement(
    "write while no account is set",
    "set local app.account_id = ''",
    "insert into app.projects (account_id, name, created_by, updated_by) values "
    f"('{BOB}', 'x', 'x', 'x')",
    f"delete from app.projects where project_id = '{BOB_PROJECT}'",
)

for role in (APPLICATION, READER, AUDITOR, OPERATOR):
    forbidden(
        "update the audit log",
        f"update {EVENTS} set actor = 'ana'",
        f"update {EVENTS} set data = '{{}}', erased_at = now()",
        role=role,
    )
    forbidden("delete from the audit log", f"delete from {EVENTS}", role=role)
    forbidden(
        "truncate the audit log", f"truncate {EVENTS}", "truncate app.projects cascade", role=role
    )
    forbidden(
        "change the heads of the chains",
        "update app.event_chains set position = 0",
        "delete from app.event_chains",
        role=role,
    )
    statement(
        "say that it is an erasure",
        "set local app.erasing = 'events'",
        f"update {EVENTS} set actor = 'x'",
        role=role,
    )
    forbidden(
        "let a partition of the log go",
        f"alter table {EVENTS} detach partition app.project_events_y2026m11",
        "drop table app.project_events_y2026m12",
        role=role,
    )

for role in (APPLICATION, READER, AUDITOR):
    forbidden(
        "erase events",
        f"select app.erase_events('{ANA}', '{ANA_PROJECT}', 'x', 'x')",
        f"select app.erase_events('{BOB}', '{BOB_PROJECT}', 'x', 'x')",
        role=role,
    )

_EVENT = (
    f"insert into {EVENTS} (account_id, project_id, event_type, actor, {{0}}) "
    f"values ('{ANA}', '{ANA_PROJECT}', 'file.attached', 'ana', {{1}})"
)
for column, value in (
    ("occurred_at", "clock_timestamp() + interval '1 hour'"),
    ("position", "999"),
    ("sha256", "sha256('x')"),
    ("event_id", "gen_random_uuid()"),
    ("erased_at", "now()"),
):
    forbidden(f"choose the {column} of an event", _EVENT.format(column, value))

_CLAIMED = (
    "project.created",
    "project.updated",
    "project.status_changed",
    "project.submitted",
    "project.accepted",
    "project.rejected",
    "payload.saved",
    "user.data_deleted",
)
for event_type in _CLAIMED:

    @case(f"claim that {event_type} happened")
    def _(attacker: Attacker, event_type: str = event_type) -> None:
        key = "erased_positions" if event_type == "user.data_deleted" else "columns"
        outcome = attacker.tries(
            f"select app.append_event('{ANA}', '{ANA_PROJECT}', '{event_type}', 'ana', "
            f"'{{\"{key}\": [1]}}')"
        )
        if outcome.error is None:
            raise BreachError(f"recorded {event_type}, which did not happen")


_OWN = f"where project_id = '{ANA_PROJECT}'"
for change in (
    "etag = gen_random_uuid()",
    "created_at = '2020-01-01'",
    "updated_at = '2020-01-01'",
    "created_by = 'x'",
    "project_id = gen_random_uuid()",
    "status = 'accepted'",
):

    @case(f"set {change} of a project")
    def _(attacker: Attacker, change: str = change) -> None:
        if attacker.tries(f"update app.projects set {change} {_OWN}").error is None:
            raise BreachError(f"set {change}")


@case("date a payload as one likes")
def _(attacker: Attacker) -> None:
    for date in ("infinity", "2001-01-01"):
        attacker.tries(
            "set local app.actor = 'ana'",
            f"update app.project_payloads set created_at = '{date}' {_OWN}",
        )
    late = "abs(extract(epoch from now() - created_at)) > 3600"
    query = f"select from app.project_payloads {_OWN} and {late}"
    if attacker.world.admin.execute(query.encode()).fetchone() is not None:
        raise BreachError("a payload has another time than that of its change")


@case("forge the hash of a payload")
def _(attacker: Attacker) -> None:
    outcome = attacker.tries(
        "insert into app.project_payloads (account_id, project_id, module, config, "
        f"sha256) values ('{ANA}', '{ANA_PROJECT}', 'signage.single_pole.base_plate', "
        f"'{{}}', repeat('0', 64))"
    )
    if outcome.error is None:
        raise BreachError("stored a hash that is not the content's")


@case("delete a project with its events")
def _(attacker: Attacker) -> None:
    """Delete one's own project, which is allowed; its events stay, the fingerprint has them."""
    created = attacker.tries(
        "insert into app.projects (account_id, name, created_by, updated_by) values "
        f"('{ANA}', 'gone', 'ana', 'ana') returning project_id"
    )
    admin = attacker.world.admin
    admin.execute(
        "insert into kept.events select e.* from app.project_events as e left join "
        "kept.events as k using (account_id, project_id, position) where k.position is "
        "null"
    )
    assert created.rows, created.text()
    attacker.tries(
        "select app.delete_project(account_id, project_id, etag, 'ana') from app.projects "
        "where name = 'gone'"
    )
    gone = admin.execute("select from app.projects where name = 'gone'").fetchone()
    assert gone is None


for table, columns, line in (
    (
        EVENTS,
        "account_id, project_id, event_type, actor, occurred_at",
        f"{ANA}\t{ANA_PROJECT}\tfile.attached\tana\t2020-01-01",
    ),
    (
        EVENTS,
        "account_id, project_id, event_type, actor",
        f"{BOB}\t{BOB_PROJECT}\tfile.attached\tana",
    ),
    ("app.projects", "account_id, name, created_by, updated_by", f"{BOB}\tx\tx\tx"),
):

    @case(f"COPY into {table} ({columns})")
    def _(attacker: Attacker, table: str = table, columns: str = columns, line: str = line) -> None:
        attacker.connection.execute(f"set app.account_id = '{ANA}'")
        outcome = attacker.does(f"copy {table} ({columns}) from stdin", line.split("\t"))
        if outcome.error is None:
            raise BreachError("wrote rows")
