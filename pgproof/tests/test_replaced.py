"""The plan shows what a pending file changes in a text that an earlier file created."""

from pgproof.ahead.plan import plan
from tests.project import Project

BODY = "{} function f(n int) returns int language sql as $$\n    select 1;\n    select {};\n$$;"


def differences(project: Project) -> list[list[str]]:
    """Return the diffs of the last pending file, by line."""
    (*_, last) = plan(project.url, project.settings).files
    return [list(one.difference) for one in last.statements if one.difference]


def test_a_replaced_function_is_shown_as_a_diff(project: Project) -> None:
    project.write("0001.f", BODY.format("-- one\ncreate", 2))
    project.migrate()
    project.write("0002.f", "select 1;\n" + BODY.format("create or replace", 3))
    assert differences(project) == [
        [
            "--- 0001.f.sql:2 f(int4)",
            "+++ 0002.f.sql:2 f(int4)",
            "@@ -1,4 +1,4 @@",
            " create or replace function f(n int) returns int language sql as $$",
            "     select 1;",
            "-    select 2;",
            "+    select 3;",
            " $$",
        ]
    ]
    said = "-    select 2;\n+    select 3;\n"
    assert "  -    select 2;\n  +    select 3;\n" in project.run("plan").stdout
    assert "```diff\n--- 0001.f.sql:2 f(int4)\n" in (
        page := project.run("plan", "--markdown", "-").stdout
    )
    assert said in page


def test_the_version_before_may_be_pending_or_in_the_same_file(project: Project) -> None:
    project.write("0001.f", BODY.format("create", 2))
    project.write(
        "0002.f", BODY.format("create or replace", 3) + BODY.format("create or replace", 4)
    )
    assert [lines[5:7] for lines in differences(project)] == [
        ["-    select 2;", "+    select 3;"],
        ["-    select 3;", "+    select 4;"],
    ]


def test_views_policies_and_what_is_dropped_and_created_are_shown(project: Project) -> None:
    project.write(
        "0001.v",
        "create table t (a int);\ncreate view v as select 1 as a;\n"
        "create policy p on public.t using (true);\ncreate procedure q() language sql as '';",
    )
    project.write(
        "0002.v",
        "create or replace view public.v as select 1 as a;\ndrop policy p on t;\n"
        "create policy p on t using (a > 0);\n"
        "drop procedure q;\ncreate procedure q(n int) language sql as '';",
    )
    assert [lines[:2] for lines in differences(project)] == [
        ["--- 0001.v.sql:2 v", "+++ 0002.v.sql:1 v"],
        ["--- 0001.v.sql:3 p on t", "+++ 0002.v.sql:3 p on t"],
        ["--- 0001.v.sql:4 q()", "+++ 0002.v.sql:5 q(int4)"],
    ]
    assert differences(project)[1][-2:] == [
        "-create policy p on public.t using (true)",
        "+create policy p on t using (a > 0)",
    ]


def test_what_is_new_or_as_before_has_no_diff(project: Project) -> None:
    project.write("0001.f", BODY.format("create", 2) + "create function g() returns int return 1;")
    project.write("0002.g", "drop function g();")
    project.write(
        "0003.f",
        BODY.format("create or replace", 2)
        + "create function f(a text) returns int return 1;\n"
        + "create function other.f(n int) returns int return 1;\n"
        + "create function g() returns int return 2;\n",
    )
    assert differences(project) == []


def test_a_body_does_not_steer_the_terminal_or_the_page(project: Project) -> None:
    project.write("0001.f", BODY.format("create", "'```'"))
    project.write("0002.f", BODY.format("create or replace", "'\x1b[2J'"))
    assert "+    select '\\x1b[2J';" in project.run("plan").stdout
    page = project.run("plan", "--markdown", "-").stdout
    assert "````diff\n" in page
    assert "\x1b" not in page
