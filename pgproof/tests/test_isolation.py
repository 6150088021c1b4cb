"""A file depends neither on what the one before left in the session, nor on defaults."""

import pytest

from pgproof.errors import PgproofError
from tests.project import Project


def test_session_state_ends_with_the_file(project: Project) -> None:
    project.write(
        "0001.a",
        "set work_mem = '77MB'; create temp table left_over (); prepare p as select 1;"
        "set role pg_monitor; reset role; listen x; set search_path = pg_temp;"
        "select pg_advisory_lock(1); select pg_try_advisory_lock_shared(2, 3);"
        "select set_config('session.leak', 'x', false); select nextval(pg_get_serial_sequence("
        "'public.numbered', 'n')); declare c cursor with hold for select 1;"
        "set timezone = 'Asia/Tokyo';",
    )
    project.query("create table public.numbered (n int generated always as identity)")
    project.write(
        "0002.b",
        """
        create table locked as
        select classid, objid from pg_locks where locktype = 'advisory' and pid = pg_backend_pid();
        create table opened as select name from pg_cursors;
        create table leaked as
        select nullif(current_setting('session.leak', true), '') as value
         where current_setting('timezone') = 'UTC';
        create table seen as
        select current_setting('work_mem') as work_mem,
               to_regclass('pg_temp.left_over') as left_over,
               (select count(*) from pg_prepared_statements) as prepared,
               (select count(*) from pg_listening_channels()) as channels,
               current_setting('search_path') as search_path;
        """,
    )
    project.migrate()
    ((work_mem, left_over, prepared, channels, path),) = project.query("select * from seen")
    assert work_mem != "77MB"
    assert (left_over, prepared, channels, path) == (None, 0, 0, "public")
    assert project.value("select count(*) from locked") == 1, "the runner's own"
    assert project.query("select name from opened") == []
    assert project.query("select value from leaked") == [(None,)]


def test_a_role_that_a_file_took_does_not_write_the_ledger(project: Project) -> None:
    project.write("0001.a", "create table t (); set role pg_monitor;")
    assert project.migrate().applied == ["0001.a"]


@pytest.mark.parametrize("header", ["", "-- transactional: false\n"])
def test_an_authorization_that_a_file_took_does_not_write_the_ledger(
    project: Project, header: str
) -> None:
    work = "vacuum pg_catalog.pg_am;" if header else "create temp table t ();"
    project.write("0001.a", f"{header}set session authorization pg_monitor; {work}")
    assert project.migrate().applied == ["0001.a"]
    assert project.value("select applied_by from pgproof.migration_files") == "postgres"


@pytest.mark.parametrize(
    ("setting", "value", "pinned"),
    [
        ("search_path", "elsewhere", "public"),
        ("statement_timeout", "9s", "0"),
        ("idle_session_timeout", "9s", "0"),
        ("timezone", "Asia/Tokyo", "UTC"),
        ("datestyle", "German", "ISO, MDY"),
        ("standard_conforming_strings", "off", "on"),
        ("client_min_messages", "error", "notice"),
        ("default_transaction_isolation", "serializable", "read committed"),
        ("idle_in_transaction_session_timeout", "1ms", "5min"),
    ],
)
def test_defaults_of_the_database_do_not_reach_a_file(
    project: Project, setting: str, value: str, pinned: str
) -> None:
    project.write("0001.a", f"create table seen as select current_setting('{setting}') as value;")
    name = project.value("select current_database()")
    project.query(f"alter database {name} set {setting} = '{value}'")
    project.migrate()
    with project.connect(options=f"-c {setting}=" + pinned.replace(" ", "\\ ")) as connection:
        assert connection.execute("select value from public.seen").fetchone() == (pinned,)


def test_deferred_triggers_run_under_the_files_own_settings(project: Project) -> None:
    project.write(
        "0001.a",
        """
        create table t (a int);
        create table log (a int);
        create function note() returns trigger language plpgsql as
            $$ begin insert into log values (new.a); return null; end $$;
        create constraint trigger note after insert on t deferrable initially deferred
            for each row execute function note();
        insert into t values (1);
        """,
    )
    project.migrate()
    assert project.query("select a from log") == [(1,)]


def test_a_deferred_constraint_that_fails_names_the_file(project: Project) -> None:
    project.write(
        "0001.a",
        "create table t (a int primary key, b int references t deferrable initially deferred);"
        "insert into t values (1, 2);",
    )
    with pytest.raises(PgproofError, match=r"0001\.a\.sql: at the end of the file: .*foreign key"):
        project.migrate()
    assert project.query("select to_regclass('t')") == [(None,)]


def test_copy_out_and_large_results_are_thrown_away(project: Project) -> None:
    project.write(
        "0001.a",
        "copy (select generate_series(1, 100000)) to stdout; select generate_series(1, 100000);",
    )
    assert project.migrate().applied == ["0001.a"]


def test_a_long_file_is_sent_ahead_and_still_names_what_failed(project: Project) -> None:
    """More than 200 statements go without waiting for each; nothing else changes."""
    text = "create table t (a int primary key);\n"
    text += "".join(f"insert into t values ({n});\n" for n in range(300))
    text += "do $$ begin raise notice 'half'; end $$;\ncopy t to stdout;\n"
    text += "".join(f"insert into t values ({n});\n" for n in range(300, 400))
    path = project.write("0001.t", text + "insert into t values (7);\n" + "select 1;\n" * 50)
    with pytest.raises(
        PgproofError, match=r"0001\.t\.sql:404: statement 404: duplicate key .* \(SQLSTATE 23505\)"
    ):
        project.migrate()
    assert project.query("select to_regclass('t')") == [(None,)]
    assert project.said("statement")[-1]["number"] == 404
    path.write_text(text)
    assert project.migrate().applied == ["0001.t"]
    assert project.value("select count(*) from t") == 400
    assert project.said("notice")[-1]["message"] == "half"
