"""A dry run applies what is pending to a scratch copy, and sees what a run would break."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from pgproof.compat.rehearsal import Rehearsal, rehearse
from pgproof.errors import Exit, PgproofError
from tests.project import Project

TABLES = """
create schema shop;
create table shop.orders (id bigint primary key, state text not null);
insert into shop.orders values (1, 'open'), (2, 'draft');
"""
CLOSE = """
create function shop.close_order(order_id bigint) returns text language plpgsql as $$
declare
    was shop.orders.state%type;
begin
    select o.state into was from shop.orders as o where o.id = close_order.order_id for update;
    update shop.orders set state = 'closed' where id = order_id;
    return was;
end $$;
create function shop.audit() returns trigger language plpgsql as $$
begin
    insert into shop.log (state) values (new.state);
    return new;
end $$;
create table shop.log (state text);
create trigger audit after update on shop.orders for each row execute function shop.audit();
"""


@pytest.fixture
def shop(project: Project) -> Iterator[Project]:
    """Return a project whose functions and grants use one table."""
    grants = project.folder.parent / "grants.sql"
    grants.write_text("grant update (state) on shop.orders to public;\n")
    shop = project.with_settings(after=(grants,))
    shop.write("0001.shop", TABLES + CLOSE, "drop schema shop cascade;")
    shop.migrate()
    objects = "select oid from pg_class union all select oid from pg_proc order by 1"
    before = shop.query(objects)
    yield shop
    assert shop.query(objects) == before
    assert list(shop.states().values()) == ["applied", "pending", "due"]
    left = "select count(*) from pg_database where datname like 'pgproof_scratch_%'"
    assert shop.value(left) == 0


def rehearsed(project: Project) -> Rehearsal:
    found = rehearse(project.url, project.settings)
    assert found is not None
    return found


def test_what_breaks_nothing_is_applied_to_the_copy_alone(shop: Project) -> None:
    shop.write("0002.note", "alter table shop.orders add column note text;")
    found = rehearsed(shop)
    assert (found.applied, found.repeated) == (["0002.note"], ["grants.sql"])
    assert (found.statements, found.broken, found.omitted) == (3, (), None)


def test_functions_that_use_a_renamed_column_are_named(shop: Project) -> None:
    shop.settings.after[0].write_text("select 1;\n")
    shop.write("0002.name", "alter table shop.orders rename column state to status;")
    found = rehearsed(shop)
    assert {one.function for one in found.broken} == {"shop.audit()", "shop.close_order()"}
    assert {one.sqlstate for one in found.broken} == {"42703"}
    assert found.exit_code == Exit.INCOMPATIBLE


def test_a_trigger_whose_table_is_dropped_is_named(shop: Project) -> None:
    shop.write("0002.log", "drop table shop.log;")
    assert [one.function for one in rehearsed(shop).broken] == ["shop.audit()"]


def test_a_function_that_goes_or_is_replaced_is_no_break(shop: Project) -> None:
    shop.write(
        "0002.log",
        "drop trigger audit on shop.orders; drop function shop.audit(); drop table shop.log;",
    )
    assert rehearsed(shop).broken == ()


def test_grants_that_fail_after_the_migrations_are_foreseen(shop: Project) -> None:
    shop.write("0002.name", "alter table shop.orders rename column state to status;")
    with pytest.raises(PgproofError, match=r"^on a copy of the database .*grants\.sql:1:") as found:
        rehearse(shop.url, shop.settings)
    assert found.value.exit_code == Exit.MIGRATION
    assert "only the copy was changed" in (found.value.hint or "")


def test_rows_that_a_constraint_refuses_are_foreseen(shop: Project) -> None:
    shop.write("0002.open", "alter table shop.orders add check (state = 'open');")
    with pytest.raises(PgproofError, match=r"0002\.open\.sql:1: .*violated by some row"):
        rehearse(shop.url, shop.settings)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("create role test_rehearsed;", "0002.role.sql:1 changes the whole server"),
        ("alter system set work_mem = '8MB';", "0002.role.sql:1 changes the whole server"),
        ("create database test_rehearsed;", "0002.role.sql:1 changes the whole server"),
    ],
)
def test_what_would_change_the_server_is_not_rehearsed(
    shop: Project, statement: str, why: str
) -> None:
    own = "-- transactional: false\n" if "role" not in statement else ""
    shop.write("0002.role", f"{own}{statement}")
    line = why if not own else why.replace(":1", ":2")
    assert (rehearsed(shop).omitted or "").startswith(line)


def test_files_that_come_before_all_are_not_rehearsed(shop: Project) -> None:
    first = shop.folder.parent / "roles.sql"
    first.write_text("select 1;\n")
    shop.write("0002.note", "alter table shop.orders add column note text;")
    omitted = rehearsed(shop.with_settings(before=(first,))).omitted or ""
    assert omitted.startswith("roles.sql is due")


def test_one_who_may_not_create_a_database_is_told_so(shop: Project) -> None:
    shop.write("0002.note", "alter table shop.orders add column note text;")
    shop.query("create role test_rehearser login")
    shop.query("grant usage on schema pgproof to test_rehearser")
    shop.query("grant select on all tables in schema pgproof to test_rehearser")
    try:
        plain = make_conninfo(shop.url, user="test_rehearser")
        found = rehearse(plain, shop.settings)
        assert found and found.omitted == (
            "test_rehearser may not create a database on this server"
        )
    finally:
        shop.query("drop owned by test_rehearser; drop role test_rehearser")


def test_the_command_shows_it(shop: Project) -> None:
    shop.write("0002.log", "drop table shop.log;")
    where = ("--after", str(shop.settings.after[0]))
    shown = shop.run("migrate", "--dry-run", *where)
    assert shown.returncode == Exit.INCOMPATIBLE
    assert shown.stdout.splitlines()[:2] == [
        "0002.log",
        "breaks: shop.audit(): insert into shop.log (state) values ((($1::shop.orders)).state)",
    ]
    assert shown.stderr.splitlines()[-1].startswith("rehearsed on a copy of the database ")
    told = json.loads(shop.run("migrate", "--dry-run", "--json", *where).stdout.splitlines()[-1])
    assert told["exit_code"] == Exit.INCOMPATIBLE
    assert [one["function"] for one in told["rehearsal"]["broken"]] == ["shop.audit()"]
    quick = shop.run("migrate", "--dry-run", "--no-rehearse", *where)
    assert (quick.returncode, quick.stdout) == (0, "0002.log\n")


def test_a_rehearsal_that_is_interrupted_leaves_no_copy(shop: Project) -> None:
    shop.write("0002.slow", "select pg_sleep(60);")
    process = subprocess.Popen(
        shop.command("migrate", "--dry-run", "--after", str(shop.settings.after[0])),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    sleeping = "select pid from pg_stat_activity where wait_event = 'PgSleep'"
    while not shop.query(sleeping):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED
    assert "error: stopped by SIGINT: what was not committed is rolled back" in said.splitlines()


def test_an_empty_database_begins_with_an_empty_copy(project: Project, tmp_path: Path) -> None:
    project.write("0001.t", "create table t (a int);", "drop table t;")
    found = rehearsed(project)
    assert (found.copied, found.applied) == ("an empty database", ["0001.t"])
    project.migrate()
    assert rehearse(project.url, project.settings) is None


@pytest.mark.parametrize("command", ["migrate --dry-run", "trace", "verify", "review --html -"])
def test_a_terminal_is_told_which_file_a_command_has_come_to(
    project: Project, command: str
) -> None:
    project.write("0001.t", "create table t (a int);", "drop table t;")
    name, *arguments = command.split()
    terminal, end = os.openpty()
    try:
        subprocess.run(
            project.command(name, *arguments), stderr=end, stdout=subprocess.PIPE, check=False
        )
        assert "0001.t.sql" in os.read(terminal, 65536).decode().splitlines()
    finally:
        os.close(end)
        os.close(terminal)
