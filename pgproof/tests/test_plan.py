"""The plan of pending files: what it shows, and what it leaves alone."""

import json
import time
from pathlib import Path

import pytest

from pgproof.ahead import forecast
from pgproof.ahead.effects import effects
from pgproof.ahead.locks import strength
from pgproof.ahead.page import markdown
from pgproof.ahead.plan import plan
from pgproof.errors import Exit, RefusedError
from pgproof.sql.parser import tree
from tests.project import Project, in_background
from tests.test_plan_truth import words

TABLES = """
create table o (id int primary key, n int not null default 1);
create table t (id int primary key, n int, o_id int, words varchar(20), w int not null);
insert into t select n, n, 1, 'x', n from generate_series(1, 100) as n;
insert into o values (1);
create unique index t_w on t (w);
alter table t add constraint t_valid check (n > 0) not valid;
create table p (id int, n int) partition by range (id);
create table p1 partition of p for values from (1) to (10);
create table p2 (id int not null, n int);
create view v as select 1 as a;
create materialized view m as select id from t with data;
create sequence s;
create function f() returns trigger language plpgsql as 'begin return null; end';
create trigger tr before insert on t for each row execute function f();
create policy po on t;
create schema other;
create table m2 ();
create table m3 ();
"""


@pytest.fixture
def tables(project: Project) -> Project:
    project.query(TABLES)
    return project


@pytest.mark.parametrize(
    "statement",
    [
        "create index concurrently x on t (n)",
        "reindex table concurrently t",
        "vacuum t",
    ],
)
def test_locks_of_statements_outside_a_transaction(tables: Project, statement: str) -> None:
    (effect,) = effects(statement)
    seen: set[str] = set()
    with tables.connect() as old, tables.connect() as worker:
        worker.execute("set vacuum_cost_delay = 20; set vacuum_cost_limit = 1")
        tables.query("insert into t select n, n, 1, 'x', n from generate_series(1000, 60000) as n")
        old.execute("begin isolation level repeatable read; select from o")
        with in_background(lambda: worker.execute(statement.encode())) as outcome:
            deadline = time.monotonic() + 10
            while not outcome and effect.lock not in seen and time.monotonic() < deadline:
                rows = tables.query(
                    "select mode from pg_locks where pid = %s and relation = 't'::regclass",
                    worker.info.backend_pid,
                )
                seen |= {words(mode) for (mode,) in rows}
            old.execute("rollback")
    assert effect.lock in seen
    assert max(map(strength, seen)) == strength(effect.lock)


@pytest.fixture
def pending(tables: Project) -> Project:
    """Return a project with work pending on a table of some size."""
    tables.query("analyze t")
    tables.write(
        "0001.a", "-- 0001.a\n--\n-- why  A reviewer asks.\nalter table t add column c int;"
    )
    tables.write("0002.b", "-- transactional: false\ncreate index concurrently i on t (c);")
    return tables


def test_a_plan_tells_locks_sizes_transactions_and_findings(pending: Project) -> None:
    pending.write("0003.c", "alter table t add column d int not null;\ncreate index on t (d);")
    first, second, third = pending.plan().files
    assert (first.transactional, second.transactional) == (True, False)
    assert first.statements[0].in_transaction
    assert not second.statements[0].in_transaction
    assert second.statements[0].lock_timeout == ""
    assert first.statements[0].lock_timeout
    assert pending.plan().sizes["t"].rows == 100
    assert pending.plan().sizes["t"].bytes > 8192
    assert "adding-required-field" in {finding.rule for finding in third.findings}
    assert [f.line for f in third.findings if f.rule == "require-concurrent-index-creation"] == [2]


def test_a_plan_is_json_and_markdown_and_text(pending: Project, tmp_path: Path) -> None:
    page = tmp_path / "review.md"
    done = pending.run("plan", "--json", "--markdown", str(page))
    assert done.returncode == Exit.OK, done.stderr
    (first, _) = json.loads(done.stdout)["files"]
    assert first["statements"][0]["effects"][0]["lock"] == "ACCESS EXCLUSIVE"
    text = page.read_text()
    assert "why  A reviewer asks." in text
    assert "- ACCESS EXCLUSIVE on t (" in text
    assert "| 1 | 4 | `alter table t add column c int` | ACCESS EXCLUSIVE | t |" in text
    assert "ACCESS EXCLUSIVE" in pending.run("plan").stdout


def test_a_plan_leaves_out_what_is_done(pending: Project) -> None:
    pending.migrate()
    assert pending.plan().files == ()
    assert "None." in markdown(pending.plan())


def test_a_plan_refuses_what_migrate_would_refuse(pending: Project) -> None:
    pending.write("0003.c", "commit;")
    with pytest.raises(RefusedError, match="COMMIT in a migration"):
        pending.plan()


def test_a_plan_does_not_wait_behind_a_lock(pending: Project) -> None:
    with pending.connect() as other:
        other.execute("begin; lock table t")
        started = time.monotonic()
        found = pending.plan()
        assert time.monotonic() - started < 10
    assert found.sizes == {}
    assert [one.split(":")[0] for one in found.unknown] == ["a table is locked just now"]
    assert next(found.files[0].effects).lock == "ACCESS EXCLUSIVE"


def notes(project: Project) -> list[str]:
    """Return relation, work and note of each effect of what is pending."""
    return [
        f"{effect.relation}: {'rewrite' if effect.rewrites else 'scan' if effect.scans else ''};"
        f" {effect.note}"
        for file in project.plan().files
        for effect in file.effects
    ]


def test_a_check_made_earlier_in_the_files_proves_not_null(tables: Project) -> None:
    tables.write("0001.a", "alter table t add constraint c check (n is not null) not valid;")
    tables.write("0002.b", "alter table t validate constraint c;")
    tables.write("0003.c", "alter table t alter column n set not null;")
    assert notes(tables)[1:] == ["t: scan; ", "t: ; proved by c: no scan"]


def test_a_table_made_earlier_in_the_files_is_known(tables: Project) -> None:
    tables.write("0001.a", "create table u (id int references t, name varchar(10));")
    tables.write("0002.b", "alter table u alter column name type varchar(20); drop table u;")
    first, grown, dropped, referenced = notes(tables)
    assert first == "t: ; is referenced"
    assert grown == "u: ; compatible: no rewrite"
    assert dropped.startswith("u: ;")
    assert referenced == "t: ; was referenced by u_id_fkey"


def test_what_a_function_leaves_is_not_guessed(tables: Project) -> None:
    tables.write("0001.a", "do $$ begin execute 'create table made (id int)'; end $$;")
    tables.write("0002.b", "alter table if exists made add column c int;")
    block, made = (effect for file in tables.plan().files for effect in file.effects)
    assert block.note == (
        "the effects of the block are not predicted where it executes a text; read it"
    )
    assert (made.relation, made.lock) == ("made", "ACCESS EXCLUSIVE")


def test_names_follow_the_search_path_of_their_file(tables: Project) -> None:
    tables.query("create table other.t (n bigint)")
    change = "alter table t alter column n type bigint;"
    tables.write("0001.a", f"set search_path = other; {change}")
    tables.write("0002.b", change)
    assert notes(tables) == ["other.t: ; compatible: no rewrite", "t: rewrite; "]


def test_a_time_is_rewritten_where_the_zone_has_an_offset(tables: Project) -> None:
    tables.query("create table at (a timestamp)")
    change = "alter table at alter column a type timestamptz;"
    tables.write("0001.a", f"set time zone 'Europe/Berlin'; {change}")
    tables.write("0002.b", change.replace("timestamptz", "timestamp"))
    assert notes(tables) == ["at: rewrite; ", "at: ; compatible: no rewrite"]
    pinned = tables.with_settings(session={"TimeZone": "Asia/Tokyo"})
    assert notes(pinned)[1] == "at: rewrite; "


def test_a_plan_says_which_triggers_fire(tables: Project) -> None:
    tables.write("0001.a", "insert into t values (1000, 1, 1, 'x', 1000);")
    tables.write("0002.b", "alter table t disable trigger tr; insert into t (id, w) values (1, 1);")
    body = "create or replace function f() returns trigger language plpgsql as"
    tables.query(f"{body} 'begin update o set id = id where id = new.id; return new; end'")
    fires = "the trigger tr runs"
    assert [note for note in notes(tables) if fires in note] == [f"o: ; {fires}"]
    tables.query(f"{body} 'begin execute ''select 1''; return new; end'")
    fires += ": the effects of public.f() are not predicted where it executes a text; read it"
    assert [note for note in notes(tables) if fires in note] == [f": ; {fires}"]


def test_an_index_that_goes_concurrently_is_locked_exclusively_at_the_end(tables: Project) -> None:
    tables.query("create index going on t (n)")
    header = "-- transactional: false\n"
    tables.write(
        "0001.a", f"{header}reindex index concurrently going;\ndrop index concurrently going;"
    )
    for statement in tables.plan().files[0].statements:
        assert {one.relation: one.mode for one in statement.locks} == {
            "public.t": "SHARE UPDATE EXCLUSIVE",
            "public.going": "ACCESS EXCLUSIVE",
        }


def test_a_delete_reads_what_refers_to_its_rows_without_an_index(tables: Project) -> None:
    tables.query("create table parents (id int primary key)")
    tables.query("create table kids (parent_id int references parents on delete cascade)")
    tables.write("0001.a", "delete from parents where id = 1; select * from kids;")
    delete, select = tables.plan().files[0].statements
    assert (delete.scans, select.scans) == (("public.kids",), ("public.kids",))
    tables.query("create index on kids (parent_id)")
    delete, select = tables.plan().files[0].statements
    assert delete.scans == ()


def test_statements_in_blocks_and_functions_are_planned(tables: Project) -> None:
    tables.query(
        "create function widen() returns void language sql as 'alter table t set (fillfactor = 50)'"
    )
    tables.write(
        "0001.a",
        """do $$ declare n int; begin
            select count(*) into n from o;
            if n > 0 then
                alter table o add column c float default random();
                perform widen();
            end if;
            create table made (id int);
            insert into made values (n);
        end $$;
        alter table if exists made add column d int;""",
    )
    block, made = tables.plan().files[0].statements
    assert [(one.relation, one.mode) for one in block.locks] == [
        ("public.o", "ACCESS EXCLUSIVE"),
        ("public.t", "SHARE UPDATE EXCLUSIVE"),
    ]
    assert block.rewrites == ("public.o",)
    assert [one.relation for one in block.effects] == ["o", "t"]
    assert [one.relation for one in made.effects] == ["made"]


def test_event_triggers_without_a_body_to_read_are_named_once(tables: Project) -> None:
    tables.query("create function e() returns event_trigger language plpgsql as 'begin end'")
    tables.query("create function e(int) returns int language sql return 1")
    tables.query("create event trigger watch on ddl_command_end execute function e()")
    tables.write("0001.a", "create table q (id int); create table r (id int);")
    assert tables.plan().unknown == ("event triggers run, and are not predicted: watch",)


def test_what_an_event_trigger_does_is_planned_with_the_statements_that_fire_it(
    tables: Project,
) -> None:
    tables.query(
        "create function e() returns event_trigger language plpgsql as"
        " 'begin update t set n = 1; end'"
    )
    tables.query(
        "create event trigger made on ddl_command_end when tag in ('CREATE TABLE')"
        " execute function e()"
    )
    tables.write("0001.a", "create table q (id int); alter table o add column z int;")
    made, altered = tables.plan().files[0].statements
    assert tables.plan().unknown == ()
    assert "public.t" in made.scans
    assert altered.scans == ()


def test_without_a_server_a_plan_says_once_what_is_not_known(tables: Project) -> None:
    tables.write("0001.a", "create table q (n int); alter table t alter column n type bigint;")
    done = tables.run("plan", "--offline")
    assert done.returncode == Exit.OK, done.stderr
    assert done.stderr.count("not known: no server was asked") == 1
    assert "unless the old type is compatible" in done.stdout
    assert "new" not in done.stdout
    assert [file.id for file in plan(None, tables.settings).files] == ["0001.a"]


def test_statements_alike_are_read_once_and_shown_as_one_row(
    tables: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        f"insert into t values ({n}, 1, 1, 'it''s {n}', {n}), ({n}, 1, 1, '', 0);\n"
        for n in range(2000)
    ]
    tables.write("0001.a", "".join(rows) + "insert into o values (3);")
    read: list[str] = []
    monkeypatch.setattr(forecast, "tree", lambda sql: read.append(sql) or tree(sql))
    (file,) = tables.plan().files
    assert len(read) == 2
    assert [one.alike for one in file.statements] == [1] * 2000 + [2001]
    assert {effect.relation for effect in file.effects} == {"t", "o"}
    shown = tables.run("plan").stdout
    assert "2,000 times: insert into t values (0, 1" in shown
    assert len(shown.splitlines()) < 8
    assert len(tables.run("plan", "--verbose").stdout.splitlines()) > 2000
    assert len(json.loads(tables.run("plan", "--json").stdout)["files"][0]["statements"]) == 2001


def test_tables_alike_are_one_row(tables: Project) -> None:
    change = "alter table w_{0} add column c int default {0};"
    tables.write("0001.a", "".join(f"create table w_{n} (id int);" for n in range(500)))
    tables.write("0002.b", "".join(map(change.format, range(500))))
    shown = tables.run("plan").stdout
    assert "500 times: alter table w_0 add" in shown
    assert "w_0 and 499 more" in shown
    assert len(shown.splitlines()) < 30


def test_many_partitions_are_one_row(tables: Project) -> None:
    for n in range(10, 30):
        tables.query(f"create table p_{n} partition of p for values from ({n}) to ({n + 1})")
    tables.write("0001.a", "alter table p add column c int;")
    assert "p and 21 more" in tables.run("plan").stdout
    assert "p and 21 more" in markdown(tables.plan())
    assert len({effect.relation for file in tables.plan().files for effect in file.effects}) == 22
