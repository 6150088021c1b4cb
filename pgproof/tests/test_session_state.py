"""State of the session in a file without a transaction: made again on resume, or refused."""

import pytest

from pgproof.errors import PgproofError, RefusedError
from tests.project import Project

HEADER = "-- transactional: false\n-- repeatable-calls: true\n"
STOP = "select 1 / 0;\n"


def interrupted(project: Project, before: str, after: str) -> None:
    """Run a file that fails between the two parts, and run it again, mended."""
    path = project.write("0001.f", f"{HEADER}{before}\n{STOP}{after}\nvacuum;")
    with pytest.raises(PgproofError, match="division by zero"):
        project.migrate()
    path.write_text(path.read_text().replace(STOP, "select 1;\n"))
    assert project.migrate().applied == ["0001.f"]


@pytest.mark.parametrize(
    ("made", "found", "value"),
    [
        ("set search_path = app, public;", "current_schema()", "app"),
        ("select pg_catalog.set_config('search_path', 'app', false);", "current_schema()", "app"),
        ("SELECT set_config('a.b', 'x', false), set_config('a.c', 'y', false);",
         "current_setting('a.b') || current_setting('a.c')", "xy"),
        ("set a.b = 'x'; set a.b = 'y';", "current_setting('a.b')", "y"),
        ("set a.b = 'x'; set work_mem = '7MB'; reset all;",
         "concat(current_setting('a.b'), current_setting('work_mem') = '7MB')", "f"),
        ("set session characteristics as transaction isolation level serializable;",
         "current_setting('default_transaction_isolation')", "serializable"),
        ("set role pg_monitor;", "current_user::text", "pg_monitor"),
        ("set role pg_monitor; reset role;", "current_user::text", "postgres"),
        ("set session authorization postgres; set role pg_monitor;"
         " set session authorization postgres;", "current_user::text", "postgres"),
        ("listen x;", "(select string_agg(c, ' ') from pg_listening_channels() as c)", "x"),
        ("load 'auto_explain'; set auto_explain.log_min_duration = 7;",
         "(select setting from pg_settings where name ~ '^auto_explain.log_min_d')", "7"),
    ],
)  # fmt: skip
def test_settings_are_made_again(project: Project, made: str, found: str, value: str) -> None:
    """The statement before the interruption is done: only the session is made anew."""
    project.query("create schema app; grant create on schema app, public to pg_monitor")
    done = "create table app.done ();"
    interrupted(project, f"{made}\n{done}", f"create table seen as select {found} as value;")
    (schema,) = project.query("select relnamespace::regnamespace::text from pg_class"
                              " where relname = 'seen'")[0]  # fmt: skip
    assert project.query(f"select value from {schema}.seen") == [(value,)]


def test_what_a_later_setting_makes_void_is_not_made_again(project: Project) -> None:
    """The role is gone by then, in a run without interruption too."""
    project.query("create role test_brief; grant create on schema public to test_brief")
    interrupted(
        project,
        "set role test_brief; create table t (); reset role; drop owned by test_brief;"
        " drop role test_brief;",
        "create table t ();",
    )
    assert project.value("select count(*) from pg_roles where rolname = 'test_brief'") == 0


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("create temp table t as select 1", "a temporary object"),
        ("create temporary view t as select 1", "a temporary object"),
        ("create temp sequence t", "a temporary object"),
        ("select 1 as a into temporary t", "a temporary object"),
        ("create table pg_temp.t ()", "a temporary object"),
        (
            "create function pg_temp.f() returns int language sql as 'select 1'",
            "a temporary object",
        ),
        ("set search_path = pg_temp, public", "a temporary object"),
        ("prepare p as select 1", "PREPARE"),
        ("declare c cursor with hold for select 1", "a cursor"),
        ("select pg_advisory_lock(1)", "an advisory lock of the session"),
        ("select pg_try_advisory_lock_shared(1, 2)", "an advisory lock of the session"),
        ("insert into t select lastval()", r"currval\(\) or lastval\(\)"),
        ("select set_config('a.b', 'x', false) from t", r"set_config\(\) for the session"),
        ("select set_config('a.b', 'x' || 'y', false)", r"set_config\(\) for the session"),
        ("insert into t values (set_config('a.b', 'x', 1 = 2))", r"set_config\(\) for the session"),
        (
            "do 'begin perform set_config(''a.b'', upper(lower(trim('')'')))); end'",
            r"set_config\(\) for the session",
        ),
        ("do $$ begin perform 1; set search_path = app; end $$", "SET in a DO block"),
        ("do $$ begin if true then reset role; end if; end $$", "SET in a DO block"),
        ("do $$ begin perform set_config('a.b', 'x', false); end $$", r"set_config\(\) for the"),
    ],
)
def test_what_cannot_be_made_again_is_refused(project: Project, statement: str, what: str) -> None:
    text = f"{HEADER}select 1;\n{statement};\nvacuum;"
    for name, other in (("0001.t", "select 1;"), ("0001.u", text)):
        project.write("0001.t", text if name == "0001.t" else "select 1;", other)
        line = rf"{name[:4]}\.t.*\.sql:4: {what} .*in a file without a transaction is lost"
        with pytest.raises(RefusedError, match=line) as caught:
            project.migrate()
        assert caught.value.hint
    assert project.query("select to_regnamespace('pgproof')") == [(None,)]
    project.write("0001.t", text.removeprefix(HEADER).removesuffix("vacuum;"))
    project.plan()


@pytest.mark.parametrize(
    "statement",
    [
        "select set_config('a.b', 'x', true)",
        "do $$ begin perform set_config('a.b', lower(upper(trim('x)'))), true); end $$",
        "select pg_advisory_xact_lock(1)",
        "do $$ begin set local a.b = 'x'; update pg_class set relname = '' where false; end $$",
        "create table t (a int default lastval())",
        "comment on schema public is 'temp: prepare, set_config(a, b, false)'",
        "create function f() returns text language sql set search_path = pg_catalog, pg_temp"
        " begin atomic select set_config('a.b', 'x', false); end",
        "do $$ begin create temp table brief () on commit drop; end $$",
        "set search_path = public, pg_temp",
    ],
)
def test_what_ends_with_its_statement_is_not_refused(project: Project, statement: str) -> None:
    project.write("0001.t", f"{HEADER}{statement};\nvacuum;")
    assert project.migrate().applied == ["0001.t"]


def test_a_statement_finds_nothing_of_the_one_before_interrupted_or_not(project: Project) -> None:
    """Also what a function has left, which nobody can read in the file."""
    project.query(
        """
        create function leave() returns void language plpgsql as $$
        begin
            perform set_config('search_path', 'app', false), set_config('work_mem', '7MB', false),
                    pg_advisory_lock(1), set_config('role', 'pg_monitor', false);
            create temp table left_over ();
            listen x;
        end $$;
        create function found() returns text language sql as $$
            select concat_ws(' ', current_user, current_setting('search_path'),
                             current_setting('work_mem') = '7MB', to_regclass('left_over'),
                             (select count(*) from pg_listening_channels()),
                             (select count(*) from pg_locks
                               where locktype = 'advisory' and pid = pg_backend_pid()))
        $$;
        """
    )
    see = "create table public.{} as select public.found() as found;"
    interrupted(project, f"select leave();\n{see.format('at_once')}\nselect leave();",
                see.format("resumed"))  # fmt: skip
    expected = [("postgres public f 0 1",)]
    assert project.query("select found from at_once") == expected
    assert project.query("select found from resumed") == expected
