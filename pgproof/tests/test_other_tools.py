"""Files of other tools are refused by their names and marks; ordinary comments are not."""

import pytest

from pgproof.errors import RefusedError
from tests.project import Project


def refusal(project: Project, what: str) -> RefusedError:
    """Return the refusal of a run that has touched nothing."""
    with pytest.raises(RefusedError, match=what) as caught:
        project.migrate()
    assert project.value(
        "select to_regclass('t') is null and to_regclass('pgproof.journal') is null"
    )
    return caught.value


@pytest.mark.parametrize(
    ("text", "tool", "line", "remedy"),
    [
        (
            "-- migrate:up\ncreate table t ();\n-- migrate:down\ndrop table t;",
            "dbmate",
            1,
            "dbmate",
        ),
        ("-- c\n\n-- migrate:up transaction:false\ncreate table t ();", "dbmate", 3, "dbmate"),
        ("-- +goose Up\ncreate table t ();\n-- +goose Down\ndrop table t;", "goose", 1, "goose"),
        ("create table t ();\n-- +goose Down\ndrop table t;", "goose", 2, "goose"),
        ("-- +migrate Up\ncreate table t ();", "sql-migrate", 1, "sql-migrate"),
        ("-- +micrate Up\ncreate table t ();", "micrate", 1, "NNNN.name.rollback.sql"),
        ("-- rambler up\ncreate table t ();", "rambler", 1, "NNNN.name.rollback.sql"),
        (
            "-- Up Migration\ncreate table t ();\n  -- Down Migration\ndrop table t;",
            "node-pg-migrate",
            1,
            "node-pg-migrate",
        ),
        (
            "create table t ();\n-- ---- down migration --\n",
            "node-pg-migrate",
            2,
            "node-pg-migrate",
        ),
        ("--! Previous: -\n--! Hash: sha1:1\n\ncreate table t ();", "graphile", 1, "graphile"),
        ("--! no-transaction\ncreate table t ();", "graphile", 1, "graphile"),
        ("--liquibase formatted sql\n--changeset me:1\ncreate table t ();", "Liquibase", 1, "NNNN"),
        ("-- Deploy flipr:users to pg\n\ncreate table t ();", "Sqitch", 1, "sqitch"),
        ("-- Revert flipr:users from pg\n\ndrop table t;", "Sqitch", 1, "sqitch"),
        ("-- Running upgrade  -> 1975ea83b712\n\ncreate table t ();", "Alembic", 1, "alembic"),
        ("-- no-transaction\ncreate table t ();", "sqlx", 1, "sqlx"),
        ("-- no-transaction\r\ncreate table t ();\r\n", "sqlx", 1, "sqlx"),
        ("create table t ();\r\n-- Down Migration\r\n", "node-pg-migrate", 2, "node-pg"),
        ("-- Verify flipr:users on pg\r\n", "Sqitch", 1, "sqitch"),
    ],
)
def test_a_file_with_another_tools_mark_is_refused(
    project: Project, text: str, tool: str, line: int, remedy: str
) -> None:
    project.write("0001.t", text)
    error = refusal(project, rf"0001\.t\.sql:{line}: written for {tool}")
    assert remedy in str(error.hint)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("V1__init", "flyway"),
        ("V1.2_3__init", "flyway"),
        ("U1__init", "flyway"),
        ("R__views", "flyway"),
        ("1_init.up", "golang-migrate"),
        ("1_init.down", "sqlx"),
        ("001.undo", "NNNN.name.rollback.sql"),
        ("up", "diesel"),
    ],
)
def test_a_file_named_as_another_tool_names_files_is_refused(
    project: Project, name: str, remedy: str
) -> None:
    project.write(name, "create table t ();")
    assert remedy in str(refusal(project, rf"{name}\.sql: named as files of").hint)


def test_it_is_the_only_problem_of_that_file(project: Project) -> None:
    project.write("1_init.down", "drop table t; commit", undo=None)
    project.write("1_init.up", "-- migrate:up\ncreate table t ();", undo=None)
    assert len(refusal(project, "2 problems").message.splitlines()) == 3


def test_in_a_rollback_file_and_a_repeatable_one_too(project: Project) -> None:
    project.write("0001.t", "create table t ();", undo="-- +goose Down\ndrop table t;")
    (project.folder / "post-apply.sql").write_text("-- migrate:up\nselect 1;")
    message = refusal(project, "2 problems").message
    assert "0001.t.rollback.sql:1: written for goose" in message
    assert "post-apply.sql:1: written for dbmate" in message


def test_a_baseline_takes_no_files_of_other_tools(project: Project) -> None:
    project.write("0001.t", "-- migrate:up\ncreate table t ();")
    with pytest.raises(RefusedError, match="written for dbmate"):
        project.baseline("0001.t")


def test_what_an_earlier_run_applied_is_left_alone(project: Project) -> None:
    path = project.write("0001.t", "create table t ();\n")
    project.migrate()
    path.write_text("-- migrate:up\ncreate table t ();\n")
    assert project.migrate().commented == ["0001.t"]


@pytest.mark.parametrize(
    "text",
    [
        "-- The down migration is in the rollback file.\n-- Up migration of users follows.",
        "-- To migrate:update the rows\n-- migrate: up to 2024",
        "-- + goose feathers\n-- goose Up",
        "-- Deploy this to production\n-- Revert from pg_dump",
        "-- Running upgrade of the extension",
        "-- changeset of rows\n--! bang",
        "-- why\n-- no-transaction",
        "comment on schema public is '\n-- migrate:up\n-- +goose Down\n';",
        "do $$\n-- migrate:down\nbegin end $$;",
        "/*\n-- +migrate Up\n*/",
    ],
)
def test_ordinary_comments_strings_and_bodies_are_no_marks(project: Project, text: str) -> None:
    project.write("0001.t", f"{text}\nselect 1;")
    assert project.migrate().applied == ["0001.t"]


@pytest.mark.parametrize("name", ["0001.up-to-date", "V1_init", "0001.R__x", "0002.shutdown"])
def test_ordinary_names_are_no_marks(project: Project, name: str) -> None:
    project.write(name, "select 1;")
    assert project.migrate().applied == [name]
