"""A trace says what each statement did: its locks, rewrites, full reads, rows and WAL."""

import json
import signal
import subprocess
import time
from typing import Any

import psycopg
import pytest

from pgproof.errors import Exit, RefusedError
from pgproof.files.statement import Statement
from pgproof.scratch.source import Source
from pgproof.trace.alone import Alone
from pgproof.trace.records import Measured, TracedFile
from pgproof.trace.trace import trace
from tests.project import Project

TABLES = """
create table users (id int primary key, name text);
insert into users select n, 'u' from generate_series(1, 500) as n;
create table orders (
    id int primary key, user_id int references users on delete cascade, amount varchar(10)
);
insert into orders select n, n, 'x' from generate_series(1, 500) as n;
create sequence counter;
"""
SCRATCH = "select count(*) from pg_database where datname like 'pgproof\\_scratch%'"


@pytest.fixture
def shop(project: Project) -> Project:
    """Return a project with two tables that hold rows."""
    project.write("0001.tables", TABLES)
    return project


def traced(project: Project, sql: str, source: Source | None = None) -> TracedFile:
    project.write("0002.change", sql)
    found = trace(project.url, project.settings, source, only=["0002.change"])
    return found.files[0]


def locks(file: TracedFile, number: int = 1) -> list[tuple[str, str]]:
    measured = file.statements[number - 1].measured
    return [(one.relation, one.mode) for one in measured.locks]


def test_a_rewrite_names_the_heap_the_indexes_and_the_lock(shop: Project) -> None:
    file = traced(
        shop,
        'alter table orders alter column amount type text collate "C";\n'
        "alter table orders alter column amount type int using length(amount);",
    )
    assert file.failure is None
    first, second = (one.measured for one in file.statements)
    assert (first.rewrites, first.scans) == ((), ())
    assert second.rewrites == ("public.orders", "public.orders_pkey")
    assert [(one.relation, one.rows >= 500) for one in second.scans] == [("public.orders", True)]
    assert ("public.orders", "ACCESS EXCLUSIVE") in locks(file, 2)
    assert second.wal_bytes > first.wal_bytes > 0


def test_a_cascade_counts_rows_and_reads_of_the_table_that_refers(shop: Project) -> None:
    file = traced(shop, "delete from users where id = 3;")
    measured = file.statements[0].measured
    assert measured.rows == 2
    assert [one.relation for one in measured.scans] == ["public.orders"]
    assert dict(locks(file))["public.orders"] == "ROW EXCLUSIVE"


def test_locks_come_in_the_order_in_which_they_are_taken(shop: Project) -> None:
    sql = "lock table {} in share mode; drop table if exists nothing;"
    for first, second in (("orders", "users"), ("users", "orders")):
        file = traced(shop, sql.format(f"{first}, {second}"))
        assert [name for name, _ in locks(file)] == [f"public.{first}", f"public.{second}"]


def test_a_lock_of_a_block_that_is_rolled_back_is_seen(shop: Project) -> None:
    block = """
    do $$ begin
        begin
            lock table orders in exclusive mode;
            raise exception 'no';
        exception when others then null;
        end;
    end $$;
    """
    assert locks(traced(shop, block)) == [("public.orders", "EXCLUSIVE")]


def test_truncate_and_tables_without_rows_are_no_rewrite(shop: Project) -> None:
    file = traced(
        shop,
        "truncate orders;"
        " do 'begin truncate orders; insert into orders values (1, 1); end';"
        " select * from users limit 1;",
    )
    for one in file.statements:
        assert (one.measured.rewrites, one.measured.scans) == ((), ())
    assert file.statements[1].measured.rows == 1


def test_names_are_those_of_before_the_file(shop: Project) -> None:
    file = traced(
        shop,
        "alter table orders rename to purchases; create table new (id int);"
        " alter table purchases add column n int; alter table new add column n int;",
    )
    assert [name for name, _ in locks(file, 3)] == ["public.orders"]
    assert locks(file, 4) == []


def test_set_local_reaches_the_statements_after_it(shop: Project) -> None:
    file = traced(
        shop,
        "create schema other; create table other.t (id int);"
        " set local search_path = other; insert into t values (1);",
    )
    assert file.failure is None
    assert file.statements[3].measured.rows == 1


def test_what_fails_only_by_itself_is_measured_in_the_file(shop: Project) -> None:
    file = traced(
        shop,
        "create temporary table kept on commit drop as select 1 as id;"
        " insert into orders select id + 1000, 1 from kept;"
        " alter table users alter column name type int using length(name);",
    )
    assert file.failure is None
    assert ("public.orders", "ROW EXCLUSIVE") in locks(file, 2)
    assert file.statements[1].measured.rows == 1
    assert "by itself a statement fails" in file.statements[1].notes[0]
    assert locks(file, 3)[0] == ("public.users", "ACCESS EXCLUSIVE")
    measured = file.statements[2].measured
    assert measured.rewrites == ("public.users", "public.users_pkey")
    assert [one.relation for one in measured.scans] == ["public.users"]


def test_what_fails_only_in_the_transaction_of_the_file_is_said(shop: Project) -> None:
    file = traced(
        shop,
        "alter table orders alter constraint orders_user_id_fkey deferrable initially deferred;"
        " update orders set user_id = 2; alter table orders add column n int;",
    )
    assert file.failure is not None and "pending trigger events" in file.failure


def test_the_database_itself_is_not_changed_and_no_copy_is_left(shop: Project) -> None:
    shop.migrate()
    before = shop.query("select oid, relfilenode, relname from pg_class order by 1")
    file = traced(shop, "drop table users cascade;")
    assert ("public.orders", "ACCESS EXCLUSIVE") in locks(file)
    assert shop.query("select oid, relfilenode, relname from pg_class order by 1") == before
    assert shop.value(SCRATCH) == 0


def test_what_databases_share_is_left_as_it_was(shop: Project) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(shop.url)["dbname"])
    shop.query("drop role if exists trace_there")
    shop.query("create role trace_there")
    shop.write(
        "0002.change",
        "create role trace_new; grant select on orders to trace_new;"
        " do $$ begin execute 'create role trace_block'; end $$;"
        f" alter role trace_there createdb; comment on database {name} is 'x';"
        " grant trace_there to trace_new; alter role trace_new createdb;",
    )
    shop.write("0003.later", "alter table orders owner to trace_new;")
    shop.write("0004.outside", "-- transactional: false\nalter system set work_mem = '5MB';")
    for _ in "ab":
        files = trace(shop.url, shop.settings).files
        assert [file.failure for file in files] == [None] * 4
    noted = [bool(one.notes) for file in files[1:] for one in file.statements]
    assert noted == [False, False, False, True, True, False, False, False, True]
    roles = "select rolname, rolcreatedb from pg_roles where rolname like 'trace%'"
    assert shop.query(roles) == [("trace_there", False)]
    comment = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
    assert shop.value(comment, name) is None
    settings = "select count(*) from pg_file_settings where name = 'work_mem' and setting = '5MB'"
    assert shop.value(settings) == 0
    shop.query("drop role trace_there")


@pytest.mark.parametrize("in_use", [False, True])
def test_a_database_without_a_ledger_is_copied_even_if_it_is_in_use(
    project: Project, in_use: bool
) -> None:
    with project.connect() as connection:
        connection.execute(TABLES)
        project.write("0002.change", "alter table orders add constraint c check (id > 0);")
        if not in_use:
            connection.close()
        found = trace(project.url, project.settings)
    assert found.copied.startswith("the database ")
    (statement,) = found.files[0].statements
    assert [one.relation for one in statement.measured.scans] == ["public.orders"]


def test_a_small_database_is_copied_with_what_it_holds_beside_the_migrations(
    shop: Project,
) -> None:
    shop.migrate()
    shop.query("insert into orders values (1000, 1)")
    shop.write("0002.change", "delete from orders where id = 1000;")
    rows = [
        trace(shop.url, shop.settings, source).files[0].statements[0].measured.rows
        for source in (Source(), Source(replay=True))
    ]
    assert rows == [1, 0]


def test_a_template_brings_its_data_and_must_not_be_in_use(shop: Project) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(shop.url)["dbname"])
    shop.migrate()
    with shop.connect() as connection:
        connection.execute("insert into orders values (1000, 1)")
        shop.write("0002.change", "delete from orders where id = 1000;")
        with pytest.raises(RefusedError, match=f"the database {name} cannot be copied"):
            trace(shop.url, shop.settings, Source(template=name))
    found = trace(shop.url, shop.settings, Source(template=name))
    assert [one.statements[0].measured.rows for one in found.files] == [1]


def test_a_schema_is_copied_by_pg_dump_and_says_what_is_empty(shop: Project) -> None:
    shop.migrate()
    file = traced(
        shop,
        "alter table orders alter column id type bigint;",
        Source(schema_of=shop.url),
    )
    measured = file.statements[0].measured
    assert measured.locks[0].mode == "ACCESS EXCLUSIVE"
    assert measured.rewrites == ()
    assert file.statements[0].notes[0].startswith("public.orders has no rows")


def test_the_command_prints_json_and_a_table(shop: Project) -> None:
    shop.migrate()
    shop.write("0002.change", "lock table orders in share mode;\n\nselect 1;")
    done = shop.run("trace", "--json")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    (file,) = result["files"]
    first, second = file["statements"]
    assert (file["id"], second["number"], second["line"]) == ("0002.change", 2, 3)
    assert {"relation": "public.orders", "mode": "SHARE"}.items() <= first["locks"][0].items()
    assert [first[key] for key in ("sql", "rewrites", "scans", "rows")] == [
        "lock table orders in share mode",
        [],
        [],
        0,
    ]
    assert {"wal_bytes", "seconds"} <= first.keys()
    done = shop.run("trace")
    assert "SHARE  public.orders" in done.stdout
    outside = "-- transactional: false\ncreate index concurrently i on orders (user_id);"
    shop.write("0002.change", outside)
    done = shop.run("trace")
    assert "statement 1: waits for transactions that write to its table\n" in done.stdout


def test_a_file_that_fails_ends_with_its_exit_code(shop: Project) -> None:
    shop.write("0002.change", "select 1;\nalter table nothing add column n int;")
    shop.write("0003.later", "select 1;")
    done = shop.run("trace")
    assert done.returncode == Exit.MIGRATION
    assert "0002.change.sql:2:" in done.stderr
    assert "0003.later" not in done.stdout


def test_copies_are_dropped_after_a_signal_and_those_of_a_killed_run_by_the_next(
    shop: Project,
) -> None:
    shop.migrate()
    shop.write("0002.change", "select pg_sleep(60);")
    for number, left in ((signal.SIGTERM, 0), (signal.SIGKILL, 1)):
        process = subprocess.Popen(shop.command("trace"), stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while not shop.value("select count(*) from pg_stat_activity where wait_event = 'PgSleep'"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(number)
        said = process.communicate(timeout=30)[1]
        assert process.returncode == (Exit.TERMINATED if number == signal.SIGTERM else -9), said
        assert bool(shop.value(SCRATCH)) == bool(left)
    shop.write("0002.change", "select 1;")
    trace(shop.url, shop.settings)
    assert shop.value(SCRATCH) == 0


def test_of_many_statements_alike_fifty_are_measured(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[str] = []
    measure = Alone.measure

    def counted(alone: Alone, statement: Statement, tree: Any) -> Measured:
        measured.append(statement.sql)
        return measure(alone, statement, tree)

    monkeypatch.setattr(Alone, "measure", counted)
    rows = "".join(f"insert into orders values ({n}, 1, 'x');\n" for n in range(1000, 1060))
    file = traced(shop, f"{rows} select * from orders;")
    assert (file.failure, len(measured), len(file.statements)) == (None, 51, 61)
    assert file.statements[59].measured.locks == file.statements[49].measured.locks
    assert file.statements[60].measured.scans[0].rows == 560


def test_each_claim_is_held_against_what_is_measured(shop: Project) -> None:
    file = traced(
        shop,
        "alter table orders alter column amount type int using length(amount);"
        "\ndo $$ begin execute 'lock table users in exclusive mode'; end $$;"
        "\nalter table users alter column name type varchar(40);"
        "\nalter table orders rename column amount to price;",
    )
    claims = [
        {(one.source, one.claim, one.relation): one.outcome for one in statement.claims}
        for statement in file.statements
    ]
    assert claims[0]["plan", "ACCESS EXCLUSIVE", "public.orders"] == "confirmed"
    assert claims[0]["plan", "rewrite", "public.orders"] == "confirmed"
    assert claims[0]["squawk", "changing-column-type", ""] == "confirmed"
    assert claims[1]["plan", "EXCLUSIVE", "public.users"] == "seen but not predicted"
    assert claims[3]["squawk", "renaming-column", ""] == "not measurable"
    same = traced(shop, "alter table users alter column name type varchar;")
    outcomes = {one.claim: one.outcome for one in same.statements[0].claims}
    assert outcomes["changing-column-type"] == "not reproduced"


def test_a_lock_is_held_from_its_statement_to_the_end_of_the_file(shop: Project) -> None:
    file = traced(shop, "select 1; lock table users in share mode; select pg_sleep(0.2); select 1;")
    (held,) = file.held
    assert (held.relation, held.mode, held.statement) == ("public.users", "SHARE", 2)
    assert 0.2 <= held.seconds < 5
    outside = "-- transactional: false\nreindex index concurrently users_pkey;\nvacuum full users;"
    (held,) = traced(shop, outside).held
    assert (held.statement, held.seconds < 5) == (2, True)


def test_orders_of_locks_that_can_deadlock_are_named(shop: Project) -> None:
    queries = shop.folder.parent / "queries.sql"
    queries.write_text(
        "select 1;\nbegin;\nupdate orders set amount = $1;\nupdate users set name = 'x';\ncommit;\n"
    )
    shop.write("0002.change", "lock table users in share mode; lock table orders in share mode;")
    shop.write("0003.other", "lock table orders in share mode; lock table users in share mode;")
    files = trace(shop.url, shop.settings, queries=queries).files
    found = {(file.id, one.other): one.statements for file in files for one in file.deadlocks}
    assert found == {
        ("0002.change", "queries.sql:3"): (1, 2),
        ("0003.other", "delete from public.users"): (1, 2),
    }
