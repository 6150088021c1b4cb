"""A file without a transaction goes on at the very statement where it stopped, or says why not."""

from pathlib import Path

import psycopg
import pytest

from pgproof.errors import Exit, PgproofError, RefusedError
from tests.project import Project

HEADER = "-- transactional: false\n-- repeatable-calls: true\n"


def test_a_resumed_file_runs_no_statement_twice(project: Project) -> None:
    project.write(
        "0001.f",
        HEADER + "create table t (a int);\ninsert into t values (1);\nselect 1 / 0;\nvacuum t;",
    )
    with pytest.raises(PgproofError, match=r"0001\.f\.sql:5: statement 3: division by zero"):
        project.migrate()
    assert project.states() == {"0001.f": "partial"}
    journal = "select number, finished_at is not null from pgproof.journal order by number"
    assert project.query(journal) == [(1, True), (2, True), (3, False)]
    project.write("0001.f", HEADER + "create table t (a int);\ninsert into t values (1);\n"
                  "select 1 / 1;\nvacuum t;")  # fmt: skip
    assert project.migrate().applied == ["0001.f"]
    assert project.query("select a from t") == [(1,)]
    assert project.query(journal) == []


def test_a_statement_that_ran_may_not_be_changed(project: Project) -> None:
    project.write("0001.f", HEADER + "create table t (a int);\nselect 1 / 0;\nvacuum t;")
    with pytest.raises(PgproofError):
        project.migrate()
    project.write("0001.f", HEADER + "create table t (b int);\nselect 1;\nvacuum t;")
    with pytest.raises(RefusedError, match=r"0001\.f\.sql:3: statement 1 was changed after it ran"):
        project.migrate()


def test_a_file_that_is_partly_applied_stays_without_a_transaction(project: Project) -> None:
    """In one, the statements that ran would run again."""
    text = HEADER + "create table t (a int);\ninsert into t values (1), (1);\n{}"
    path = project.write("0001.f", text.format("vacuum u;"))
    with pytest.raises(PgproofError, match="does not exist"):
        project.migrate()
    path.write_text(text.format("analyze t;").removeprefix(HEADER))
    for attempt in (project.migrate, project.plan):
        with pytest.raises(RefusedError, match=r"0001\.f\.sql:1: partly applied without a trans"):
            attempt()
    path.write_text(text.format("analyze t;"))
    assert project.migrate().applied == ["0001.f"]
    assert project.query("select a from t") == [(1,), (1,)]


def answers(project: Project) -> set[str]:
    """Return what each command says of the project, without the names of its files."""
    said = set()
    for attempt in (project.migrate, project.plan, project.rollback):
        with pytest.raises(RefusedError) as caught:
            attempt()
        assert caught.value.exit_code == Exit.REFUSED
        said.add(f"{caught.value.message} {caught.value.hint}".replace(f"{project.folder}/", ""))
    return said


@pytest.mark.parametrize("first", ["create index concurrently i on t (a)", "select 1 / 1"])
def test_a_partly_applied_file_that_is_renamed_or_gone_is_refused(
    project: Project, first: str
) -> None:
    project.write("0001.t", "create table t (a int);")
    text = HEADER + f"{first};\ninsert into t values (1);\nselect 1 / 0;\nvacuum t;"
    path = project.write("0002.f", text)
    with pytest.raises(PgproofError):
        project.migrate()
    path.rename(path.with_name("0002.g.sql"))
    undo = path.with_suffix(".rollback.sql")
    undo.rename(undo.with_name("0002.g.rollback.sql"))
    (said,) = answers(project)
    assert said.startswith("0002.f.sql: partly applied, then renamed to 0002.g.sql Rename it back")
    assert project.states() == {"0001.t": "applied", "0002.g": "pending", "0002.f": "missing"}
    assert project.run("status").returncode == Exit.CHANGED
    for file in project.folder.glob("0002.*"):
        file.unlink()
    (said,) = answers(project)
    assert said.startswith("0002.f.sql: partly applied, then deleted Put the file back")
    assert project.states() == {"0001.t": "applied", "0002.f": "missing"}
    assert project.query("select a from t") == [(1,)]
    project.write("0002.f", text.replace("1 / 0", "1"))
    assert project.migrate().applied == ["0002.f"]
    assert project.query("select a from t") == [(1,)]


def test_settings_of_the_session_are_set_again(project: Project) -> None:
    text = HEADER + "set application.name = 'x';\nselect 1 / {};\n"
    text += "create table t as select current_setting('application.name') as name;\nvacuum t;"
    project.write("0001.f", text.format(0))
    with pytest.raises(PgproofError):
        project.migrate()
    project.write("0001.f", text.format(1))
    project.migrate()
    assert project.query("select name from t") == [("x",)]


@pytest.fixture
def half_done(project: Project) -> Project:
    """Return a project whose next statement was journalled as started by a runner that died."""
    project.write("0001.t", "create table t (a int); create table u (a int);")
    project.migrate()
    return project


def started(project: Project, statement: str) -> None:
    """Leave what a runner leaves that is killed at once after it began `statement`."""
    from pgproof.files.hashes import code_sha256

    project.write("0002.f", HEADER + statement + ";")
    project.query(
        "insert into pgproof.journal (migration_id, direction, number, code_sha256)"
        " values ('0002.f', 'apply', 1, %s)",
        code_sha256(statement),
    )


@pytest.mark.parametrize(
    ("before", "statement", "check"),
    [
        ("create index i on t (a)", "create index concurrently i on t (a)", "i"),
        ("drop table u", "drop index concurrently i", "t"),
        ("select 1", "reindex index concurrently t_idx", "t_idx"),
        ("create procedure p() language sql as 'select 1'", "call p()", "t"),
        ("select 1", "vacuum t", "t"),
        ("select 1", "reindex table t", "t"),
        ("select 1", "rollback prepared 'gone'", "t"),
    ],
)
def test_a_statement_that_may_be_done_already_is_looked_up(
    half_done: Project, before: str, statement: str, check: str
) -> None:
    half_done.query("create index t_idx on t (a)")
    half_done.query(before)
    started(half_done, statement)
    assert half_done.migrate().applied == ["0002.f"]
    assert half_done.value("select to_regclass(%s) is not null", check)


def test_an_invalid_index_of_ours_is_built_again(half_done: Project) -> None:
    half_done.query("create index i on t (a)")
    half_done.query("update pg_index set indisvalid = false where indexrelid = 'i'::regclass")
    started(half_done, "create index concurrently i on t (a)")
    before = half_done.value("select 'i'::regclass::oid")
    half_done.migrate()
    assert half_done.said("rebuilt") == [{"index": "public.i"}]
    assert half_done.query(
        "select indisvalid, indexrelid <> %s from pg_index where indexrelid = 'i'::regclass", before
    ) == [(True, True)]


def test_an_invalid_index_of_somebody_else_is_refused(half_done: Project) -> None:
    half_done.query("create index i on t (a)")
    half_done.query("update pg_index set indisvalid = false where indexrelid = 'i'::regclass")
    half_done.write("0002.f", HEADER + "create index concurrently if not exists i on t (a);")
    with pytest.raises(RefusedError, match="is invalid, and this file did not make it"):
        half_done.migrate()


def test_what_a_broken_reindex_left_is_cleared_away(half_done: Project) -> None:
    half_done.query("create index i on t (a); create index i_ccnew on t (a);"
                    "update pg_index set indisvalid = false"
                    " where indexrelid = 'i_ccnew'::regclass")  # fmt: skip
    started(half_done, "reindex table concurrently t")
    half_done.migrate()
    assert half_done.query("select to_regclass('i_ccnew')") == [(None,)]


def test_a_broken_detach_is_finished(half_done: Project) -> None:
    half_done.query("create table p (a int) partition by range (a);"
                    "create table p1 partition of p for values from (1) to (2)")  # fmt: skip
    with half_done.connect() as old, pytest.raises(psycopg.errors.QueryCanceled):
        old.execute("begin isolation level repeatable read; select from p")
        with half_done.connect() as other:
            other.execute("set statement_timeout = '300ms'")
            other.execute("alter table p detach partition p1 concurrently")
    started(half_done, "alter table p detach partition p1 concurrently")
    half_done.migrate()
    assert half_done.query("select 1 from pg_inherits where inhrelid = 'p1'::regclass") == []


def test_what_nobody_can_know_is_refused_with_the_remedy(half_done: Project) -> None:
    started(half_done, "create subscription s connection 'dbname=x' publication p")
    with pytest.raises(RefusedError, match="nothing tells whether it was done") as caught:
        half_done.migrate()
    assert caught.value.exit_code == Exit.PARTIAL
    assert "--resume 0002.f:1 runs it again" in (caught.value.hint or "")
    assert half_done.migrate(resume=("0002.f", 2)).applied == ["0002.f"]


def test_resume_takes_the_statements_before_as_done(project: Project) -> None:
    project.write("0001.f", HEADER + "create table t (a int);\nselect 1 / 0;\nvacuum t;")
    with pytest.raises(PgproofError):
        project.migrate()
    for name, number, what in (
        ("0009.x", 1, "not partly applied"),
        ("0001.f", 9, "no statement 9"),
    ):
        with pytest.raises(RefusedError, match=what):
            project.migrate(resume=(name, number))
    project.migrate(resume=("0001.f", 3))
    assert [fields["number"] for fields in project.said("statement")] == [1, 2, 3]
    assert project.states() == {"0001.f": "applied"}


def test_a_block_that_commits_runs_without_a_transaction(project: Project) -> None:
    block = "do $$ begin create table t (); commit; create table u (); commit; end $$;"
    path = project.write("0001.f", block)
    with pytest.raises(PgproofError, match="SQLSTATE 2D000") as caught:
        project.migrate()
    assert "`-- transactional: false` and `-- repeatable-calls: true`" in (caught.value.hint or "")
    path.write_text("-- transactional: false\n" + block)
    with pytest.raises(RefusedError, match="a DO outside a transaction may stop halfway"):
        project.migrate()
    path.write_text(HEADER + block)
    assert project.migrate().applied == ["0001.f"]
    assert project.value("select to_regclass('u') is not null")


def test_what_the_server_refuses_by_what_it_finds_runs_where_the_file_says(
    project: Project,
) -> None:
    """REINDEX of a partitioned table takes no transaction block, that of another table does."""
    project.write(
        "0001.t",
        "create table parted (a int) partition by range (a); create index on parted (a);"
        "create table part partition of parted for values from (0) to (9);"
        "create type kinds as enum ('a');",
    )
    project.migrate()
    path = project.write("0002.r", "reindex table parted;")
    with pytest.raises(PgproofError, match="cannot run inside a transaction block") as caught:
        project.migrate()
    assert "`-- transactional: false`" in (caught.value.hint or "")
    path.write_text(
        "-- transactional: false\nreindex table parted;\ncluster parted using parted_a_idx;"
    )
    assert project.migrate().applied == ["0002.r"]
    project.write("0003.r", "reindex table part;")
    assert project.migrate().applied == ["0003.r"]


def test_a_label_of_an_enumeration_is_used_in_the_same_file(project: Project) -> None:
    project.write("0001.t", "create type kinds as enum ('a'); create table t (kind kinds);")
    project.migrate()
    use = "alter type kinds add value 'b';\nalter type kinds add value 'c';\n"
    path = project.write("0002.l", use + "insert into t values ('b');")
    with pytest.raises(PgproofError, match="unsafe use of new value") as caught:
        project.migrate()
    assert "`-- transactional: false`" in (caught.value.hint or "")
    path.write_text("-- transactional: false\n" + use)
    with pytest.raises(RefusedError, match="every statement can run in a transaction"):
        project.migrate()
    path.write_text("-- transactional: false\n" + use + "insert into t values ('b');")
    assert project.migrate().applied == ["0002.l"]
    assert project.query("select kind from t") == [("b",)]


def test_discard_all_leaves_what_a_file_finds(project: Project) -> None:
    """It is part of the session: what is resumed after it has none of what was set before it."""
    text = (
        "-- transactional: false\nset work_mem = '77kB';\nset role pg_monitor;\n"
        "discard all;\nselect 1 / {};\ncreate table t as"
        " select current_setting('work_mem') w, current_setting('timezone') z, current_user::text;"
    )
    project.write("0001.f", "discard all;")
    with pytest.raises(RefusedError, match="cannot run in a transaction: discard all"):
        project.migrate()
    project.write("0001.f", text.format(0))
    with pytest.raises(PgproofError, match="division by zero"):
        project.migrate()
    project.write("0001.f", text.format(1))
    project.migrate()
    work_mem = project.value("select setting || unit from pg_settings where name = 'work_mem'")
    assert project.query("table t") == [(work_mem.replace("4096kB", "4MB"), "UTC", "postgres")]


def test_a_database_made_before_the_interruption_is_not_made_again(
    half_done: Project, tmp_path: Path
) -> None:
    name = half_done.value("select current_database() || '_made'")
    half_done.query(f"create database {name}")
    started(half_done, f"create database {name}")
    assert half_done.migrate().applied == ["0002.f"]
    half_done.query(f"drop database {name}")
