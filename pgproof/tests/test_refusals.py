"""What is refused before anything is touched: one clear line each, with file, line and remedy."""

from pathlib import Path

import pytest

from pgproof.errors import Exit, PgproofError, RefusedError
from tests.project import Project, refused


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("select 1;\nbegin;\nselect 2;", r"0001\.t\.sql:2: BEGIN in a migration"),
        ("select 1;\ncommit;", r":2: COMMIT in a migration"),
        ("rollback;", r":1: ROLLBACK in a migration"),
        ("savepoint s;", r":1: SAVEPOINT in a migration"),
        ("select 1;\n\\i other.sql", r":2: psql meta-command \\i"),
        ("copy t from stdin;\n1\n\\.", r":1: COPY FROM STDIN"),
        ("\n\ncopy t from stdin;", r":3: COPY FROM STDIN"),
        ("select 1;\n\ncreate index concurrently i on t (a);", r":3: cannot run in a transaction"),
        ("vacuum t;", r":1: cannot run in a transaction: vacuum t"),
        ("-- transactional: false\ncreate table t ();", r":1: says `transactional: false`, but"),
        (
            "-- transactional: false\ncall p();",
            r":2: a CALL outside a transaction may stop halfway",
        ),
        (
            "-- transactional: false\ncreate index concurrently on t (a);",
            r":2: an index built CONCURRENTLY without a name",
        ),
        ("-- transactional: maybe\nselect 1;", r":1: transactional is 'maybe'"),
        ("-- transactional: true\n-- transactional: false\nselect 1;", r":2: .* given twice"),
        ("-- irreversible:\nselect 1;", r":1: irreversible gives no reason"),
        ("-- irreversibel: x\nselect 1;", r":1: unknown directive 'irreversibel'"),
        ("-- depends: 0000.x\nselect 1;", r":1: depends on '0000\.x', which is not in the folder"),
        ("-- irreversible: really\nselect 1;", r":1: says `irreversible`, but"),
        ("-- why\n\n/* nothing */ ;", r":1: holds no statement"),
        ("", r":1: holds no statement"),
        ("select 1;\nset client_encoding = 'LATIN1';", r":2: sets client_encoding"),
        ("set local client_encoding to win1252;", r":1: sets client_encoding"),
        ("set names 'latin1';", r":1: sets client_encoding"),
        (
            "select 1;\n\nselect 'open\n" + "x" * 10_000,
            r":3: unterminated quoted string, which beg",
        ),
        ("select 1;\n do $body$\nbegin", r":2: unterminated dollar-quoted string, which begins"),
    ],
)
def test_a_faulty_file_is_refused(project: Project, text: str, what: str) -> None:
    project.write("0001.t", text)
    refused(project, what)


def test_a_fault_in_a_later_file_keeps_the_first_from_running(project: Project) -> None:
    project.write("0001.t", "create table t ();")
    project.write("0002.u", "create table u ();\ncommit;")
    refused(project, r"0002\.u\.sql:2")


def test_every_problem_is_listed_at_once(project: Project) -> None:
    project.write("0001.t", "begin;\ncommit;")
    project.write("0002.u", "vacuum;", undo=None)
    message = refused(project, "4 problems; nothing was touched").message
    assert len(message.splitlines()) == 5


def test_files_that_do_not_parse_hide_no_other(project: Project) -> None:
    project.write("0001.t", "selec 1;")
    project.write("0002.u", "-- transactional: maybe\n-- depends: 0009.x\nselec 2;", undo="drop;")
    project.write("0003.v", "begin;", undo=None)
    (project.folder / "0004.w.SQL").touch()
    lines = refused(project, "7 problems; nothing was touched").message.splitlines()[1:]
    places = [line.rpartition("/")[2].split(": ")[0] for line in lines]
    assert places == [
        "0004.w.SQL",
        "0002.u.sql:1",
        "0001.t.sql:1",
        "0002.u.sql:3",
        "0002.u.rollback.sql:1",
        "0003.v.sql:1",
        "0003.v.sql:1",
    ]


def test_an_empty_rollback_file_is_refused_before_it_is_needed(project: Project) -> None:
    project.write("0001.t", "create table t ();", undo="-- nothing yet\n")
    refused(project, r"0001\.t\.rollback\.sql:1: holds no statement")
    done = project.run("plan")
    assert (done.returncode, done.stdout) == (Exit.REFUSED, "")


def test_utf8_may_be_set_and_reset(project: Project) -> None:
    project.write(
        "0001.t",
        "set client_encoding = 'UTF8'; set names 'utf-8'; reset client_encoding;"
        " set client_encoding to default; create table names (a text);",
    )
    assert project.migrate().applied == ["0001.t"]


@pytest.mark.parametrize(
    ("header", "statements"), [("", 1), ("", 300), ("-- transactional: false\n", 1)]
)
def test_an_encoding_changed_on_the_way_is_rolled_back(
    project: Project, header: str, statements: int
) -> None:
    change = "select set_config('client_encoding', 'LATIN1', false);"
    rest = "vacuum;" if header else "select 'ü';"
    project.write("0001.größe", f"{header}select 1;\n" * statements + change + rest)
    with pytest.raises(PgproofError, match="client_encoding became LATIN1") as caught:
        project.migrate()
    assert caught.value.exit_code == Exit.MIGRATION
    assert set(project.states()) == {"0001.größe"}


def test_a_missing_rollback_file_is_refused_unless_irreversible(project: Project) -> None:
    path = project.write("0001.t", "create table t ();", undo=None)
    refused(project, r"0001\.t\.sql:1: no rollback file 0001\.t\.rollback\.sql")
    path.write_text("-- irreversible: a test needs no way back\ncreate table t ();")
    assert project.migrate().applied == ["0001.t"]


def test_a_faulty_rollback_file_is_refused_before_it_is_needed(project: Project) -> None:
    project.write("0001.t", "create table t ();", undo="drop table t;\ncommit;")
    refused(project, r"0001\.t\.rollback\.sql:2: COMMIT")


def test_a_rollback_file_without_its_migration_is_refused(project: Project) -> None:
    project.write("0001.t", "select 1;")
    (project.folder / "0002.u.rollback.sql").write_text("select 1;")
    refused(project, r"0002\.u\.rollback\.sql: a rollback file without its migration")


def test_a_missing_or_empty_folder_is_refused(project: Project) -> None:
    refused(project, "no migrations")
    project.folder.rmdir()
    refused(project, "no such folder")


def test_a_python_migration_is_refused(project: Project) -> None:
    project.write("0001.t", "select 1;")
    (project.folder / "0002.u.py").write_text("steps = []")
    refused(project, r"0002\.u\.py: a Python migration")


def test_circular_dependencies_are_refused(project: Project) -> None:
    project.write("0001.t", "-- depends: 0002.u\nselect 1;")
    project.write("0002.u", "-- depends: 0001.t\nselect 1;")
    refused(project, r"circular dependencies: 0001\.t, 0002\.u")


def test_dependencies_order_files_as_yoyo_orders_them(project: Project) -> None:
    project.write("a", "-- depends: c\nselect 1;")
    project.write("b", "select 1;")
    project.write("c", "select 1;")
    assert project.migrate().applied == ["b", "c", "a"]


def test_a_missing_settings_file_hides_no_other_fault(project: Project, tmp_path: Path) -> None:
    project.write("0001.t", "selec 1;")
    refused(project.with_settings(before=(tmp_path / "none.sql",)), "2 problems")


def test_a_plan_refuses_the_repeatable_files_that_a_run_refuses(project: Project) -> None:
    project.write("0001.t", "select 1;")
    (project.folder / "post-apply.sql").write_text("commit;")
    refused(project, r"post-apply\.sql:1: COMMIT in a migration")
    with pytest.raises(RefusedError, match=r"post-apply\.sql:1: COMMIT in a migration"):
        project.plan()


def test_directives_inside_strings_and_bodies_are_no_directives(project: Project) -> None:
    project.write(
        "0001.t",
        "-- Note: a colon makes no directive\ncreate table t (a text);\n"
        "insert into t values ('\n-- depends: x\n');\n"
        "do $$ begin\n-- transactional: false\nperform 1; end $$;",
    )
    assert project.migrate().applied == ["0001.t"]


def test_a_settings_file_that_names_no_file_is_refused(project: Project, tmp_path: Path) -> None:
    project.write("0001.t", "select 1;")
    refused(project.with_settings(before=(tmp_path / "none.sql",)), "no such file")


@pytest.mark.parametrize(
    ("made", "what"),
    [
        ("create table ledger.journal (id int, debit numeric)", "journal"),
        ("create view ledger.repeatables as select 1 as id", "repeatables"),
        ("create table ledger.migration_files (migration_id text, raw_sha256 text)",
         "migration_files"),
        ("create table ledger.a (id int constraint journal primary key)", "journal"),
        ("create table ledger.accounts (id int primary key)", "accounts"),
        ("create sequence ledger.numbers", "numbers"),
        ("create table ledger._yoyo_migration (id text, ctime timestamp)", "_yoyo_migration"),
    ],
)  # fmt: skip
def test_a_schema_of_the_applications_is_not_taken_for_the_ledger(
    project: Project, made: str, what: str
) -> None:
    other = project.with_settings(ledger_schema="ledger", adopt="none")
    other.write("0001.t", "create table t ();")
    other.query(f"create schema ledger; {made}")
    found = refused(other, f"schema ledger, meant for the ledger, has {what}, which is not the run")
    assert "Set ledger_schema to one that is the runner's alone" in (found.hint or "")
    for attempt in (other.states, other.plan, other.rollback):
        with pytest.raises(RefusedError, match="which is not the runner's"):
            attempt()
    assert other.with_settings(ledger_schema="history").migrate().applied == ["0001.t"]


def test_an_empty_schema_is_taken_and_may_have_other_tables_later(project: Project) -> None:
    """What an extension has in it counts for nothing."""
    other = project.with_settings(ledger_schema="history")
    other.write("0001.t", "create table t ();")
    other.query(
        "create schema history; create extension pg_stat_statements schema history;"
        "create table history.t (id int primary key); alter extension plpgsql add table history.t"
    )
    assert other.migrate().applied == ["0001.t"]
    other.query("create table history.notes ()")
    assert other.states() == {"0001.t": "applied"}


def test_a_database_with_tables_of_others_is_refused_where_it_is_to_be_empty(
    project: Project, tmp_path: Path
) -> None:
    """Before anything runs, also what comes before the migrations; extensions do not count."""
    project.write("0001.t", "create table t (a int);")
    before = tmp_path / "before.sql"
    before.write_text("create table made_before ();")
    strict = project.with_settings(require_empty=True, before=(before,))
    project.query("create extension pg_stat_statements; create schema shop")
    strict.migrate(dry_run=True)
    project.query('create table shop."Users" (id int); create view shop.v as select 1 as a')
    what = r'has no ledger of these migrations, but tables: shop\."Users", shop\.v'
    assert "PGPROOF_REQUIRE_EMPTY=false" in str(refused(strict, what).hint)
    with pytest.raises(RefusedError, match=what):
        strict.migrate(dry_run=True)
    done = project.run("migrate", "--require-empty")
    assert (done.returncode, "has no ledger" in done.stderr) == (Exit.REFUSED, True)
    assert project.run("migrate", "--allow-tables").returncode == 0
    project.write("0002.u", "create table u (a int);")
    assert strict.migrate().applied == ["0002.u"]
