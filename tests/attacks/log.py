"""The log of one's own account: what looks like another event, and who is said to have done it."""

import hashlib

from tests.attacks.attacker import Attacker
from tests.attacks.case import OPERATOR, BreachError, case, forbidden
from tests.attacks.world import ANA, ANA_PROJECT

_OWN = f"where project_id = '{ANA_PROJECT}'"
_LAST = (
    "select event_type, actor from app.project_events where project_id = '{}'"
    " order by position desc limit 1"
)


def _appends(name: str, actor: str, data: str = "'{}'") -> None:
    forbidden(
        name,
        f"select app.append_event('{ANA}', '{ANA_PROJECT}', 'file.attached', {actor}, {data})",
        "insert into app.project_events (account_id, project_id, event_type, actor, data) values "
        f"('{ANA}', '{ANA_PROJECT}', 'file.attached', {actor}, {data})",
    )


_appends("record an event that looks erased", "'(erased)'")
_appends("record an event that looks erased by its data", "'ana'", """'{"erased_sha256": "00"}'""")
_appends("record an event that looks like an erasure", "'ana'", """'{"erased_positions": [1]}'""")
_appends("record an event of nobody", "''")
_appends("record an event of blanks", "'   '")
_appends("record an event whose actor has two lines", r"E'ana\nbob'")
_appends("record an event whose actor hides in a control character", r"E'ana\u009b2K'")
_appends("record an event that no dump can hold", r"repeat('\', 1000000)")
_appends("record an event of a megabyte", "'ana'", "jsonb_build_object('a', repeat('x', 1000000))")
for what, number in (
    ("large", "1e131071"),
    ("small", "1e-16000"),
    ("long", "1." + "0" * 40 + "1"),
):
    _appends(
        f"record an event of {what} numbers of few bytes",
        "'ana'",
        f"(select jsonb_build_object('n', jsonb_agg({number})) from generate_series(1, 4000))",
    )
for what in ("project", "design"):

    @case(f"change a {what} as nobody")
    def _(attacker: Attacker, what: str = what) -> None:
        table, change = {
            "project": ("projects", "updated_by = ' '"),
            "design": ("project_payloads", "created_at = now()"),
        }[what]
        outcome = attacker.tries(
            "set local app.actor = ''", f"update app.{table} set {change} {_OWN}"
        )
        if outcome.error is None:
            raise BreachError(f"changed a {what}, and the log does not say who")


_NEW = (
    "set local app.actor = 'ana'",
    "insert into app.projects (account_id, name, created_by, updated_by) values "
    f"('{ANA}', 'unwanted', 'ana', 'ana')",
)


@case("delete a project as nobody")
def _(attacker: Attacker) -> None:
    outcome = attacker.tries(
        *_NEW, "set local app.actor = ''", "delete from app.projects where name = 'unwanted'"
    )
    if outcome.error is None:
        raise BreachError("deleted a project, and the log does not say who")


@case("say that another changed a project last, without an event")
def _(attacker: Attacker) -> None:
    attacker.tries(f"update app.projects set updated_by = 'the.boss' {_OWN}")
    said = attacker.world.admin.execute(_LAST.format(ANA_PROJECT).encode()).fetchone()
    row = attacker.world.admin.execute(f"select updated_by from app.projects {_OWN}".encode())
    if said is None or row.fetchone() != (said[1],):
        raise BreachError("updated_by is not the actor of the last event")


@case("record an event of a project that is deleted")
def _(attacker: Attacker) -> None:
    outcome = attacker.tries(
        *_NEW,
        "select app.delete_project(account_id, project_id, etag, 'ana') from app.projects"
        " where name = 'unwanted'",
        "select app.append_event(account_id, project_id, 'report.generated', 'ghost') from"
        " app.project_events where event_type = 'project.created'"
        " order by occurred_at desc limit 1",
    )
    if outcome.error is None:
        raise BreachError("recorded an event of what is gone")


@case("raise an alarm of writes that were never refused")
def _(attacker: Attacker) -> None:
    attacker.tries(f"select count(ops.repair_partitions('{ANA}')) from generate_series(1, 500)")
    missed = attacker.world.admin.execute("select from ops.missed_months").fetchall()
    attacker.world.admin.execute("delete from ops.missed_months")
    if missed:
        raise BreachError("counted writes that nobody missed")


_MONTH = "app.project_events_y2001m02"
_DIGESTS = ("repeat('0', 64)", f"'{hashlib.sha256().hexdigest()}'")


@case("say that a month is archived and have it dropped", OPERATOR)
def _(attacker: Attacker) -> None:
    admin = attacker.world.admin
    admin.execute("select ops.create_time_partitions('app.project_events', '2001-02-01')")
    admin.execute(f"select ops.begin_retirement('{_MONTH}', 'archive')".encode())
    admin.execute(f"alter table app.project_events detach partition {_MONTH}".encode())
    admin.execute(f"select ops.finish_detachment('{_MONTH}')".encode())
    admin.execute(
        f"insert into {_MONTH} select * from app.project_events {_OWN} and position = 1;"
        " update ops.retired_partitions set row_count = 1".encode()
    )
    for digest in _DIGESTS:
        attacker.does(f"select ops.record_archive('{_MONTH}', 'a', {digest}, {digest}, 1)")
        attacker.does(f"select ops.drop_retired_partition('{_MONTH}')")
    found = admin.execute(f"select from pg_class where oid = to_regclass('{_MONTH}')".encode())
    is_there = found.fetchone() is not None
    admin.execute("delete from ops.retired_partitions")
    admin.execute(f"drop table if exists {_MONTH}".encode())
    if not is_there:
        raise BreachError("a month is gone, and no archive holds it")
