"""Every attack is refused, and the suite would notice if one were not."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest

from tests.attacks import __main__ as command
from tests.attacks.case import APPLICATION, OPERATOR, Case, Verdict, judge
from tests.attacks.commands import TYPED
from tests.attacks.suite import CASES
from tests.attacks.world import World
from tests.conftest import close
from tooling.cli import group
from tooling.server.server import Server


@pytest.fixture(scope="module")
def world(server: Server, migrated_template: str) -> Iterator[World]:
    with command.attacked(server, migrated_template) as filled:
        yield filled


def test_all_are_refused(world: World) -> None:
    """Of attacks every second, of commands one of twenty, each started nine times.

    `make attacks` makes all.
    """
    chosen = [
        one
        for number, one in enumerate(CASES)
        if number % (20 if one.name.startswith("tooling ") else 2) == 0
    ]
    # What one changes is seen at the latest ten attacks later.
    looks = {one.name for one in (*chosen[::10], chosen[-1])}
    verdicts = [judge(world, one, looking=one.name in looks) for one in chosen]
    assert [verdict for verdict in verdicts if not verdict.refused] == []
    assert len(CASES) > 450 and len(verdicts) > 450
    assert world.admin.execute("select * from ops.verify_event_chain()").fetchall() == []
    close(world.server.url(world.database))
    assert world.admin.execute("select * from ops.check_access()").fetchall() == []


def test_no_attack_is_made_twice() -> None:
    made = Counter((one.name, one.role) for one in CASES)
    assert [name for name, times in made.items() if times > 1] == []


# Text that is given to a file system, a socket or the shell's user, and never to the database.
NO_SQL = {
    "db psql arguments": "psql's own arguments, from who may run psql",
    "docs recording commands": "commands of a shell, from who may run them",
    "docs recording --title": "a title in a picture",
    "alert-receiver --listen": "an address to listen at",
    "review --json": "a file to write",
    "job services --user": "a line of a systemd unit",
    "job timers --user": "a line of a systemd unit",
    "metrics --listen": "an address to listen at",
    "search-feed --url": "an address to connect to",
    "search-feed --user": "a header of a request",
    "search-feed --password": "a header of a request",  # pragma: allowlist secret
}
NUMBERS_AND_FLAGS = (
    click.types.IntParamType,
    click.types.FloatParamType,
    click.types.BoolParamType,
)


def typed(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Parameter]]:
    """Yield each parameter that takes a text, but for files and connection strings."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            if path and found is group.get_command(context, name):
                continue
            yield from typed(found, (*path, name))
        return
    for one in command.params:
        is_text = not isinstance(
            one.type, (*NUMBERS_AND_FLAGS, click.Path, click.File, click.Choice)
        )
        if is_text and not getattr(one, "is_flag", False) and "--dsn" not in one.opts:
            yield " ".join(path), one


def test_every_text_that_a_command_takes_is_tried() -> None:
    """Of `new` and `import-aisc`, attacks of their own try the name and the edition."""
    tried = set(NO_SQL) | {"new name", "import-aisc --edition"}
    for name, parameter in (known := list(typed(group))):
        for words in TYPED:
            if " ".join(words).startswith(f"{name} "):
                given = words[len(name.split()) :]
                if isinstance(parameter, click.Option):
                    is_tried = (parameter.opts[-1], "{}") in pairwise(given)
                else:
                    options = [number for number, word in enumerate(given) if word[:2] == "--"]
                    values = {number + 1 for number in options}
                    is_tried = any("{}" in word for n, word in enumerate(given) if n not in values)
                if is_tried:
                    tried.add(f"{name} {parameter.opts[-1]}")
    names = [f"{name} {parameter.opts[-1]}" for name, parameter in known]
    assert len(names) > 30
    assert [name for name in names if name not in tried] == []


WEAKENED = "eagle_weakened"
OPENED = {
    "alter policy projects_tenant on app.projects using (true)": "read all of projects",
    "alter table app.projects disable row level security": "COPY a query over projects out",
    "grant select on app.project_payloads_two_pole_direct_burial to eagle_application": (
        "read app.project_payloads_two_pole_direct_burial by its name"
    ),
    "grant select on app.project_stats to eagle_application": "read app.project_stats by its name",
    "create or replace view app.account_stats as select * from app.project_stats": (
        "read the statistics view for others"
    ),
    "create or replace function app.require_account(account_id uuid) returns void "
    "language sql stable return null": (
        "call app.list_projects('b0000000-0000-7000-8000-000000000000', 'submitted', 1000)"
    ),
    "drop trigger project_events_authorize on app.project_events": (
        "whether another account has a project: record an event of it"
    ),
    "alter table app.project_events disable trigger project_events_authorize": (
        "claim that project.accepted happened"
    ),
    "drop trigger project_payloads_renew on app.project_payloads": "date a payload as one likes",
    "alter table app.projects alter column customer set statistics 100; analyze app.projects": (
        "EXPLAIN whether customer of app.projects holds a value"
    ),
    "alter table app.projects alter column account_id set statistics 100; analyze app.projects": (
        "EXPLAIN where account_id of app.projects has its values"
    ),
    "grant execute on function pg_stat_get_activity to public": (
        "read the statements that run for other accounts"
    ),
    "grant execute on function pg_terminate_backend to public": (
        "stop the statements of other accounts"
    ),
    "grant execute on function lo_create to public": "select lo_create(424242)",
    "grant temporary on database eagle_weakened to public": (
        "shadow what functions and policies name"
    ),
    "grant execute on function app.erase_events to eagle_application": "erase events",
    "grant insert (occurred_at) on app.project_events to eagle_application": (
        "choose the occurred_at of an event"
    ),
    "grant eagle_owner to eagle_application": "become eagle_owner",
    "create policy bob on app.projects for select to eagle_application using (true)": (
        "read another account's projects by its key"
    ),
    "alter event trigger eagle_refuse_definition disable; "
    "grant create on schema app to eagle_application": "create table app.mine (x integer)",
    "alter event trigger eagle_refuse_definition disable; select": (
        "wait for a lock, and let all wait behind: create rule mine as on insert to app.pro"
    ),
    "drop event trigger eagle_refuse_definition": "take away the policies that name the role",
    "grant delete on app.projects to eagle_application": "lock a table against everybody",
    "grant execute on function pg_advisory_lock(bigint) to public": "take advisory locks",
    "grant execute on function pg_notify to public": "take what all sessions share",
    "alter table app.projects drop constraint projects_description_check": (
        "write a description without end"
    ),
    "create or replace function ops.json_fits(value jsonb, bytes integer) returns boolean "
    "language sql immutable return true": "write JSON that is deep",
    "do $$ begin execute replace(pg_get_functiondef('app.change_project()'::regprocedure),"
    " 'or app.signing_required() and', 'or false and'); end $$": (
        "signed accounts: record an event in another's name"
    ),
    "do $$ begin execute replace(pg_get_functiondef('app.event_actor(text)'::regprocedure),"
    " 'app.signing_required()', 'false'); end $$": (
        "signed accounts: record an event in another's name"
    ),
}


@pytest.mark.parametrize("opening", OPENED, ids=lambda text: text[:60])
def test_what_stands_open_is_noticed(server: Server, migrated_template: str, opening: str) -> None:
    with command.attacked(server, migrated_template, name=WEAKENED) as weakened:
        weakened.admin.execute(opening.encode())
        weakened.changes()
        verdict = judge(weakened, find(OPENED[opening]))
        if "eagle_owner" in opening:
            weakened.admin.execute("revoke eagle_owner from eagle_application")
    assert not verdict.refused


def find(name: str) -> Case:
    """Return the attack of that name, as the application if there is one."""
    return next(one for one in CASES if one.name == name and one.role in (APPLICATION, OPERATOR))


def test_the_report_counts_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "REPORT", tmp_path / "attacks.json")
    command.write([Verdict("a", "r", True, "42501"), Verdict("b", "r", False, "learnt kestrel")])
    report = json.loads(command.REPORT.read_text())
    assert (report["tried"], report["refused"]) == (2, 1)
    assert report["cases"][1] == {
        "name": "b",
        "role": "r",
        "refused": False,
        "how": "learnt kestrel",
    }
