"""Each migration is applied, rolled back and applied again; what is not as before is told."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pgproof.errors import Exit, InputError, PgproofError
from pgproof.verify.records import Verified
from pgproof.verify.verify import verify
from tests.project import Project

_PEOPLE = """
create table people (
    id integer generated always as identity primary key, name text not null,
    kind text not null check (kind in ('buyer', 'seller')), note text, price numeric(10, 4)
);
create table orders (id serial primary key, person_id integer not null references people, at date);
"""


def run(project: Project, **options: Any) -> dict[str, Verified]:
    found = verify(project.url, project.settings, **options)
    return {one.id: one for one in found.migrations}


@pytest.fixture
def people(project: Project) -> Project:
    project.write("0001.people", _PEOPLE, "drop table orders, people;")
    return project


def lost(found: Verified) -> set[tuple[str, str | None, int | None]]:
    return {(one.table, one.column, one.count) for one in found.loses}


def test_a_migration_that_goes_up_down_and_up_passes(people: Project) -> None:
    people.write(
        "0002.index",
        "-- transactional: false\ncreate index concurrently people_name on people (name);",
        "-- transactional: false\ndrop index concurrently people_name;",
    )
    found = run(people)
    assert [one.problems for one in found.values()] == [(), ()]
    assert found["0002.index"].rows == {"public.people": 5, "public.orders": 5}
    assert people.value("select to_regclass('people')") is None
    assert (
        people.query("select datname from pg_database where datname like 'pgproof_scratch%'") == []
    )


_FAULTS = {
    "create table if not exists t (); create table if not exists u ();": "table public.u is left",
    "drop table if exists orders;": "table public.orders is missing",
    "alter table people alter name drop not null;": "column public.people.name differs; not null",
    "create index if not exists i on people (name);": "index public.i is left",
    "comment on table people is 'x';": "table public.people differs; comment: None -> x",
    "grant select on people to public;": "table public.people differs; privileges",
    "create or replace function f() returns int return 1;": "function public.f() is left",
}


def test_what_a_rollback_leaves_is_named(people: Project) -> None:
    for number, up in enumerate(_FAULTS, start=2):
        undo = "drop table t;" if number == 2 else "select 1;"
        people.write(f"{number:04}.fault", up, undo)
    found = list(run(people).values())[1:]
    for one, left in zip(found, _FAULTS.values(), strict=True):
        [problem] = one.problems
        assert problem.message == "after its rollback, the database is not as before"
        assert len(problem.details) == 1 and problem.details[0].startswith(left)


def test_a_second_time_that_makes_something_else_is_a_problem(people: Project) -> None:
    other = "if to_regclass('mark') is null then create table mark (); else create table m2 (); end"
    up = f"do $$ begin {other} if; end $$;"
    people.write("0002.twice", up, "drop table if exists m2;")
    messages = [one.message for one in run(people)["0002.twice"].problems]
    assert "applied again, it makes another database than at first" in messages


def test_what_cannot_be_applied_again_is_a_problem_and_the_rest_is_not_verified(
    people: Project,
) -> None:
    people.write("0002.once", "create table once ();", "select 1;")
    people.write("0003.more", "create table more ();", "drop table more;")
    found = verify(people.url, people.settings)
    messages = [one.message for one in found.migrations[-1].problems]
    assert any("cannot be applied again" in one and "already exists" in one for one in messages)
    assert found.left == ("0003.more",)
    assert found.exit_code == Exit.UNVERIFIED


def test_a_rollback_that_fails_is_a_problem_of_that_migration_alone(people: Project) -> None:
    people.write("0002.bad", "create table bad ();", "drop table good;")
    people.write("0003.more", "create table more ();", "drop table more;")
    found = run(people)
    assert "its rollback fails" in found["0002.bad"].problems[0].message
    assert found["0003.more"].problems == ()


def test_data_that_a_rollback_deletes_is_named_and_counted(people: Project) -> None:
    people.write(
        "0002.data",
        "alter table people add column mail text; create table mails (id integer);",
        "drop table mails; alter table people drop column mail;"
        "delete from orders where id in (select id from orders limit 2);",
    )
    assert lost(run(people, rows=4)["0002.data"]) >= {
        ("public.people", "mail", 4),
        ("public.mails", None, 4),
        ("public.orders", None, 2),
    }


def test_rows_that_nobody_wrote_must_be_as_before(people: Project) -> None:
    """A type with fewer digits: the rollback gives the type back, not the digits."""
    template = replace(people, url=people.url)
    template.migrate()
    template.query("insert into people (name, kind, price) values ('a', 'buyer', 1.2345)")
    people.write(
        "0002.digits",
        "alter table people alter price type numeric(10, 1);",
        "alter table people alter price type numeric(10, 4);",
    )
    name = people.value("select current_database()")
    [found] = run(people, template=name).values()
    assert [one.message for one in found.problems] == [
        "rows that no statement has written are not as before"
    ]
    assert found.problems[0].details == ("1 values of public.people.price",)
    assert people.value("select price from people")


def test_what_the_migration_itself_writes_or_drops_is_no_fault(people: Project) -> None:
    people.write(
        "0002.write",
        "update people set name = 'x'; alter table orders drop column at;",
        "alter table orders add column at date;",
    )
    found = run(people)["0002.write"]
    assert found.problems == ()
    assert {(one.table, one.column) for one in found.not_restored} >= {("public.people", "name")}


def test_columns_in_another_order_are_a_note(people: Project) -> None:
    people.write(
        "0002.order",
        "alter table people drop column name;",
        "alter table people add column name text not null default '';"
        "alter table people alter name drop default;",
    )
    found = run(people)["0002.order"]
    assert found.problems == ()
    assert "columns of public.people are in another order" in found.notes[0]


def test_the_locks_of_a_rollback_are_those_of_its_statements(people: Project) -> None:
    people.write(
        "0002.locks",
        "alter table orders add column more text;",
        "select 1;\nalter table orders drop column more;\nlock table people in share mode;",
    )
    found = run(people)["0002.locks"]
    assert [(one.number, one.line, one.relation, one.mode) for one in found.locks] == [
        (2, 2, "public.orders", "ACCESS EXCLUSIVE"),
        (3, 3, "public.people", "SHARE"),
    ]


def test_irreversible_ones_are_said_to_be_so(people: Project) -> None:
    people.write("0002.final", "-- irreversible: it is erased\nselect 1;", None)
    found = run(people)["0002.final"]
    assert (found.irreversible, found.problems) == ("it is erased", ())


def test_rows_that_do_not_fit_are_left_out(people: Project) -> None:
    """Made-up values are no reason to fail a migration that real ones may pass."""
    people.write(
        "0002.check",
        "alter table people add constraint c check (md5(name) like '0%' and md5(kind) like '0%');",
        "alter table people drop constraint c;",
    )
    found = run(people)["0002.check"]
    assert found.problems == ()
    assert "applied without the rows that were made up" in found.notes[0]


def test_one_alone_is_verified(people: Project) -> None:
    people.write("0002.more", "create table more ();", "drop table more;")
    assert list(run(people, only=["0002.more"])) == ["0002.more"]
    with pytest.raises(InputError, match="'0009' is no migration to verify"):
        run(people, only=["0009"])


def test_a_folder_that_would_be_refused_is_refused(people: Project) -> None:
    people.write("0002.none", "create table more ();", None)
    with pytest.raises(PgproofError, match="no rollback file"):
        run(people)


def test_the_command_tells_a_script(people: Project) -> None:
    people.write("0002.fault", "create table t ();", "select 1;")
    done = people.run("verify", "--json", "--only", "0002.fault")
    assert done.returncode == Exit.UNVERIFIED, done.stderr
    event = json.loads(done.stdout.splitlines()[-1])
    [one] = event["migrations"]
    assert one["problems"][0]["details"] == ["table public.t is left"]
    assert set(one) == {
        "id",
        "irreversible",
        "problems",
        "notes",
        "loses",
        "not_restored",
        "locks",
        "rows",
        "seconds",
    }
    text = people.run("verify", "--only", "0002.fault")
    assert "0002.fault  FAILED" in text.stdout
    assert "0 of 1 pass" in text.stderr


def test_triggers_of_the_owner_run_as_the_owner(people: Project) -> None:
    """Rows are made up by whom they belong to: what a migration has made is no superuser's code."""
    people.query("create role verify_owner")
    try:
        people.write(
            "0002.insist",
            "create function insist() returns trigger language plpgsql as $$ begin"
            " if current_user <> 'verify_owner' then raise 'as %', current_user; end if;"
            " return new; end $$;"
            "create table careful (id integer primary key);"
            "create trigger t before insert on careful for each row execute function insist();",
            "drop table careful; drop function insist();",
        )
        people.write("0003.after", "select 1;")
        before = people.folder.parent / "before.sql"
        before.write_text("grant create on schema public to verify_owner;")
        owned = people.with_settings(owner="verify_owner", before=(before,))
        found = verify(owned.url, owned.settings)
        assert found.unfilled == {}
        assert [one.problems for one in found.migrations] == [(), (), ()]
        assert found.migrations[2].rows["public.careful"] == 5
    finally:
        people.query("drop owned by verify_owner; drop role verify_owner")
