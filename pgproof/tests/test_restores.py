"""A rollback file names the migration that holds the text of what it restores."""

import pytest

from pgproof.ahead.status import status
from pgproof.errors import PgproofError
from tests.project import Project
from tests.restoring import ONE, TWO, undo


def test_the_function_is_created_as_the_named_migration_did(two: Project) -> None:
    two.write("0004.f", TWO.format(4), "-- restores: f @0002.f\n")
    two.migrate()
    assert two.value("select f(0)") == 4
    two.rollback()
    assert two.value("select f(0)") == 2
    two.rollback(to="0001.f")
    assert two.value("select f(0)") == 1
    two.migrate()
    assert two.value("select f(0)") == 4


def test_the_text_is_restored_to_the_letter(project: Project) -> None:
    """Also one that is CREATE OR REPLACE already, and in which the word occurs again."""
    body = "select 'created, {0}, create function'"
    for number, word in ((1, "create"), (2, "CREATE  OR\nREPLACE"), (3, "create or replace")):
        text = f"{word} function f() returns text language sql as $${body.format(number)}$$;"
        project.write(f"000{number}.f", text, f"-- restores: f @000{number - 1}")
    (project.folder / "0001.f.rollback.sql").write_text("drop function f();")
    project.migrate()
    for number in (2, 1):
        project.rollback()
        found = project.value("select prosrc from pg_proc where proname = 'f'")
        assert found == body.format(number)


def test_what_it_had_beside_its_text_stays(two: Project) -> None:
    two.migrate()
    two.query("comment on function f is 'mine'; grant execute on function f to pg_monitor")
    beside = "select obj_description(oid), proacl::text, oid from pg_proc where proname = 'f'"
    before = two.query(beside)
    two.rollback(to="0001.f")
    assert two.query(beside) == before


def test_the_version_before_is_restored_before_what_it_does_not_use_is_dropped(
    two: Project,
) -> None:
    two.write(
        "0004.g",
        "create function g() returns int language sql return 5;"
        "create or replace function f(n int) returns int language sql return g();",
        "-- restores: f @0002\ndrop function g;",
    )
    two.migrate()
    two.rollback()
    assert two.value("select f(0)") == 2


def test_with_last_it_is_restored_after_what_it_uses_is_made(two: Project) -> None:
    two.write("0004.c", "create view w as select 1 as c;", "drop view w;")
    two.write(
        "0005.f",
        "create or replace function f(n int) returns int language sql return (select c from w);",
        "-- restores: f @0002",
    )
    two.write(
        "0006.f",
        TWO.format(6) + "drop view w;",
        "-- restores: f @0005 last\ncreate view w as select 7 as c;",
    )
    two.migrate()
    two.rollback()
    assert two.value("select f(0)") == 7


def test_procedures_and_views_are_restored_too(project: Project) -> None:
    text = (
        "create {0} procedure p(x int) language sql as 'select {1}';"
        "create {0} view public.v as select {1} as a;"
    )
    project.write("0001.p", text.format("", 1))
    project.write(
        "0002.p", text.format("or replace", 2), "-- restores: p @0001\n-- restores: v @0001"
    )
    project.migrate()
    project.rollback()
    assert project.value("select a from v") == 1
    assert project.value("select prosrc from pg_proc where proname = 'p'") == "select 1"


def test_status_plan_and_dry_run_say_what_it_resolves_to(two: Project) -> None:
    said = "restores f as in 0001.f.sql, line 3"
    assert f"rollback {said}" in two.run("plan").stdout
    assert f"- The rollback {said}." in two.run("plan", "--markdown", "-").stdout
    assert two.plan().files[1].restores == (said,)
    two.migrate()
    assert [row.detail for row in status(two.url, two.settings).rows] == [
        "",
        f"rollback {said}",
        "",
    ]
    done = two.run("rollback", "--dry-run", "--to", "0001.f")
    assert (done.stdout.split(), done.stderr.splitlines()[1:]) == (["0003.u", "0002.f"], [said])
    assert two.rollback(to="0002.f").restores == []
    assert two.rollback(to="0001.f", dry_run=True).restores == [said]
    assert two.value("select f(0)") == 2


def test_what_the_migration_drops_is_said_to_come_back_without_grants(two: Project) -> None:
    two.write("0004.f", "drop function f;", "-- restores: f @0002")
    assert two.plan().files[-1].restores == (
        "restores f as in 0002.f.sql, line 1; this migration drops it; owner, grants and comment"
        " are not restored",
    )
    two.migrate()
    two.rollback()
    assert two.value("select f(0)") == 2


def test_a_change_in_between_and_a_drop_in_the_file_are_said(two: Project) -> None:
    two.write("0004.f", "drop function f(int);\n" + ONE.format(4), "-- restores: f @0001")
    two.write("0005.f", TWO.format(5), "-- restores: f @0004")
    two.migrate()
    details = {row.id: row.detail for row in status(two.url, two.settings).rows}
    assert details["0004.f"].endswith("; changed after that by 0002.f.sql")
    assert (
        "line 2; that file dropped it first; owner and grants stay as they are" in details["0005.f"]
    )


def test_overloads_are_told_apart_by_their_arguments(two: Project) -> None:
    two.write("0004.f", "create function f(a text) returns int language sql return 40;\n"
                        "create function f() returns int language sql return 41;")  # fmt: skip
    two.write(
        "0005.f",
        "create or replace function f() returns int language sql return 50;",
        "-- restores: f() @0004",
    )
    two.migrate()
    two.rollback()
    assert two.query("select f(), f('x'), f(0)") == [(41, 40, 2)]


def test_another_return_type_is_restored_after_the_file_drops_that_function(two: Project) -> None:
    two.write(
        "0004.f",
        "drop function f(int); create function f(n int) returns text language sql return 'x';",
        "-- restores: f @0002 last\ndrop function f(int);",
    )
    two.migrate()
    two.rollback()
    assert two.value("select f(0)") == 2


def test_a_failure_names_the_file_that_holds_the_text(two: Project) -> None:
    two.migrate()
    two.query("drop function f; create function f(m int) returns int language sql return 1")
    with pytest.raises(PgproofError) as caught:
        two.rollback(to="0001.f")
    assert "0001.f.sql:3: statement 1 of 0002.f.rollback.sql: cannot change name" in str(
        caught.value
    )
    assert two.states()["0002.f"] == "applied"


def test_without_a_transaction_a_restored_statement_is_journalled(two: Project) -> None:
    text = "-- transactional: false\n-- restores: f @0001\nselect 1 / {};\nvacuum;"
    undo(two, "0002.f", text.format(0))
    two.migrate()
    with pytest.raises(PgproofError, match=r"0002\.f\.rollback\.sql:3: statement 2"):
        two.rollback(to="0001.f")
    assert two.value("select f(0)") == 1
    undo(two, "0002.f", text.format(1))
    assert two.rollback(to="0001.f").rolled_back == ["0002.f"]
