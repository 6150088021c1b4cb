"""Each row of the table 'yoyo does' in the runner's specification, done right."""

import re
from pathlib import Path

import psycopg
import pytest

from pgproof.errors import Exit, PgproofError, RefusedError
from tests.project import Project


def test_a_failed_statement_runs_nothing_of_the_rollback_file(project: Project) -> None:
    project.write("0001.accounts", "create table accounts (id int); insert into accounts"
                  " select 1 from generate_series(1, 5);")  # fmt: skip
    project.write(
        "0002.unique",
        "-- transactional: false\ncreate unique index concurrently i on accounts (id);",
        undo="delete from accounts;",
    )
    with pytest.raises(PgproofError, match=r"0002\.unique\.sql:2.*could not create unique index"):
        project.migrate()
    assert project.value("select count(*) from accounts") == 5


def test_the_ledger_row_commits_with_the_statements(project: Project) -> None:
    project.write("0001.p", "create table payments (amount int); insert into payments values (10);")
    project.migrate()
    assert project.value(
        "select p.xmin::text = all (array[f.xmin::text, y.xmin::text])"
        "  from payments as p, pgproof.migration_files as f, pgproof._yoyo_migration as y"
    )


def test_no_row_of_a_table_is_the_lock(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    project.migrate()
    tables = project.query("select relname from pg_class where relname ~ 'lock' and relkind = 'r'"
                           " and relnamespace = 'pgproof'::regnamespace")  # fmt: skip
    assert tables == []
    assert project.query("select 1 from pg_locks where locktype = 'advisory'") == []


def test_content_is_hashed_not_the_name(project: Project) -> None:
    path = project.write("0001.t", "create table t (a int);")
    project.migrate()
    path.write_text("create table t (a bigint);")
    with pytest.raises(RefusedError, match=r"0001\.t\.sql:1: edited after it was applied"):
        project.migrate()


def test_a_renamed_file_is_not_applied_again(project: Project) -> None:
    path = project.write("0001.t", "create table t (a int);")
    project.migrate()
    path.rename(project.folder / "0001.u.sql")
    (project.folder / "0001.t.rollback.sql").rename(project.folder / "0001.u.rollback.sql")
    with pytest.raises(RefusedError, match=r"applied, then renamed to 0001\.u\.sql"):
        project.migrate()


def test_a_search_path_of_the_database_changes_nothing(project: Project) -> None:
    project.write("0001.t", "create table t (a int);")
    project.migrate()
    with project.connect() as connection:
        name = connection.info.dbname
        connection.execute(
            f"create schema elsewhere; alter database {name} set search_path = elsewhere"
        )
    project.write("0002.u", "create table u (a int);")
    assert project.migrate().applied == ["0002.u"]
    assert project.value("select to_regclass('public.u') is not null")


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("migrate", ("--migrations", "nowhere"), Exit.REFUSED),
        ("rollback", (), Exit.REFUSED),
    ],
)
def test_exit_codes_tell_what_yoyo_hides(
    project: Project, name: str, arguments: tuple[str, ...], code: Exit
) -> None:
    """A missing folder, and a rollback without its file."""
    project.write("0001.t", "-- irreversible: it is a test\ncreate table t ();", undo=None)
    project.migrate()
    done = project.run(name, *arguments)
    assert done.returncode == code, done.stderr
    assert "\nerror: " in done.stderr
    assert project.states()["0001.t"] == "applied"


def test_an_invalid_index_is_not_accepted_because_it_exists(project: Project) -> None:
    project.write("0001.t", "create table t (a int); insert into t values (1), (1);")
    project.write(
        "0002.i",
        "-- transactional: false\ncreate unique index concurrently if not exists i on t (a);",
    )
    with pytest.raises(PgproofError):
        project.migrate()
    assert project.query("select indisvalid from pg_index where indexrelid = 'i'::regclass") == [
        (False,)
    ]
    with pytest.raises(PgproofError):
        project.migrate()
    project.query("delete from t")
    assert project.migrate().applied == ["0002.i"]
    assert project.query("select indisvalid from pg_index where indexrelid = 'i'::regclass") == [
        (True,)
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/* licence */\n-- transactional: false\nselect 1;", "stands after the header"),
        ("select 1;\n-- depends: 0000.x\nselect 2;", "stands after the header"),
        ("-- depend: 0000.x\nselect 1;", "unknown directive 'depend'"),
        ("\ufeff-- depends:\nselect 1;", "byte order mark"),
    ],
)
def test_a_directive_is_read_or_refused_never_ignored(
    project: Project, text: str, what: str
) -> None:
    project.write("0001.t", text)
    with pytest.raises(RefusedError, match=what):
        project.migrate()


def test_a_directive_in_capitals_counts(project: Project) -> None:
    project.write("0001.t", "-- TRANSACTIONAL: False\nvacuum;")
    assert project.migrate().applied == ["0001.t"]


def test_files_that_sqlparse_splits_wrongly_run(project: Project) -> None:
    project.write(
        "0001.t",
        """
        create table t ("begin" int, begin_at int, v int generated always as (1 # 2) stored);
        /* a /* nested */ comment; */ insert into t ("begin") values (1);
        create function f() returns int language sql begin atomic; select 1; select 2; end;
        """,
    )
    project.migrate()
    assert project.query('select "begin", v, f() from t') == [(1, 3, 2)]


def test_no_savepoint_is_opened(project: Project) -> None:
    """A subtransaction would give its rows another xmin."""
    project.write("0001.t", "create table t (a int);"
                  + "".join(f"insert into t values ({n});" for n in range(200)))  # fmt: skip
    project.migrate()
    assert project.value("select count(distinct xmin::text) from t") == 1


def test_a_failure_names_file_line_and_statement(project: Project) -> None:
    project.write("0001.t", "-- why\ncreate table t (a int);\n\ninsert into t\nvalues (1, 2);")
    with pytest.raises(
        PgproofError, match=r"0001\.t\.sql:5: statement 2: INSERT has more"
    ) as caught:
        project.migrate()
    assert caught.value.exit_code == Exit.MIGRATION
    assert project.query("select to_regclass('t')") == [(None,)]


def test_notices_are_shown_and_rows_are_not(project: Project) -> None:
    project.write("0001.t", "do $$ begin raise notice 'seen by all'; end $$; select 'secret' as s;")
    done = project.run("migrate")
    assert "NOTICE: seen by all" in done.stderr
    assert not re.search(r"^\s*secret", done.stdout + done.stderr, re.MULTILINE)
    assert done.stdout == ""


def test_the_lock_holds_after_an_exception(project: Project) -> None:
    """A failed run releases the lock, and the next one takes it for real."""
    bad = project.write("0001.t", "select 1 / 0;")
    with pytest.raises(PgproofError):
        project.migrate()
    bad.write_text(
        "create table seen as select count(*) as locks from pg_locks"
        " where locktype = 'advisory' and granted;"
    )
    project.migrate()
    assert project.value("select locks from seen") == 2


def test_yoyo_still_reads_the_ledger(project: Project, tmp_path: Path) -> None:
    """Its own backend, given our schema, finds what we applied."""
    from pgproof.ledger.adopt import YoyoLedger
    from pgproof.ledger.marks import yoyo_hash

    project.write("0001.t", "create table t ();")
    project.migrate()
    with psycopg.connect(project.url, autocommit=True) as connection:
        assert YoyoLedger(connection, "pgproof").get_applied_migration_hashes() == [
            yoyo_hash("0001.t")
        ]
