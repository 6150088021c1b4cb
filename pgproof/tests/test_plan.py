"""The plan says what servers do: each lock, rewrite and scan is compared with the real thing."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgproof.ahead.effects import effects
from pgproof.ahead.locks import strength
from pgproof.ahead.page import markdown
from pgproof.errors import Exit, RefusedError
from tests.project import Project, in_background
from tests.servers import Server

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
STATEMENTS = [
    "alter table t add column c int",
    "alter table t add column c int not null default 3",
    "alter table t add column c timestamptz default now()",
    "alter table t add column c uuid default gen_random_uuid()",
    "alter table t add column c int generated always as (n + 1) stored",
    "alter table t add column c bigserial",
    "alter table t add column c int check (c > 0)",
    "alter table t add column c int references o",
    "alter table t drop column n",
    "alter table t alter column n set default 5",
    "alter table t alter column n set not null",
    "alter table t alter column w drop not null",
    "alter table t alter column n set statistics 10",
    "alter table t alter column n set storage plain",
    "alter table t alter column n type bigint",
    "alter table t set (fillfactor = 50)",
    "alter table t set unlogged",
    "alter table t add constraint c check (n > 0)",
    "alter table t add constraint c check (n > 0) not valid",
    "alter table t validate constraint t_valid",
    "alter table t add constraint c foreign key (o_id) references o",
    "alter table t add constraint c foreign key (o_id) references o not valid",
    "alter table t add constraint c unique (n)",
    "alter table t add constraint c unique using index t_w",
    "alter table t add constraint c exclude (n with =)",
    "alter table t drop constraint t_valid",
    "alter table t disable trigger tr",
    "alter table t enable row level security",
    "alter table t replica identity full",
    "alter table t add column c int, alter column n set statistics 10",
    "alter table t owner to current_user",
    "alter table t rename to u",
    "alter table t rename column n to m",
    "alter table t set schema other",
    "alter index t_w rename to t_v",
    "alter table p attach partition p2 for values from (10) to (20)",
    "alter table p detach partition p1",
    "alter sequence s restart",
    "alter policy po on t using (true)",
    "create table q partition of p for values from (30) to (40)",
    "create table q (id int references o)",
    "create table q () inherits (t)",
    "create index on t (n)",
    "create trigger x before insert on t for each row execute function f()",
    "create policy x on t",
    "create rule x as on insert to t do nothing",
    "create statistics x on id, n from t",
    "create or replace view v as select 1 as a, 2 as b",
    "create function g() returns int language sql return 1",
    "drop index t_w",
    "drop trigger tr on t",
    "drop policy po on t",
    "drop view v",
    "drop table m2, m3",
    "truncate t",
    "reindex table t",
    "reindex index t_w",
    "cluster t using t_pkey",
    "analyze t",
    "refresh materialized view m",
    "lock table t in share mode",
    "lock table t",
    "comment on table t is 'x'",
    "comment on column t.n is 'x'",
    "comment on constraint t_valid on t is 'x'",
    "comment on function f() is 'x'",
    "insert into t values (1000, 1, 1, 'x', 1000)",
    "update t set n = 2",
    "delete from t",
    "merge into t using o on t.id = o.id when matched then delete",
    "copy t to stdout",
    "grant select on t to pg_monitor",
]
LOCKS = """
select mode, relation::bigint
  from pg_locks
 where pid = pg_backend_pid() and granted and relation = any (%s)
"""
STATE = "select pg_relation_filenode(%s::oid), pg_stat_get_xact_numscans(%s::oid)"
NAMES = ("t", "o", "p", "p1", "p2", "v", "m", "s", "t_w", "m2", "m3")
WEAK = strength("ROW SHARE")


@pytest.fixture(scope="module")
def examples(server: Server) -> Iterator[str]:
    """Return the URL of a database with TABLES, for statements that are rolled back."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create database effects")
        with psycopg.connect(server.url("effects"), autocommit=True) as inside:
            inside.execute(TABLES)
        yield server.url("effects")
        connection.execute("drop database effects with (force)")


@pytest.fixture
def tables(project: Project) -> Project:
    project.query(TABLES)
    return project


@pytest.mark.parametrize("statement", STATEMENTS)
def test_locks_and_rewrites_are_those_that_the_server_takes(examples: str, statement: str) -> None:
    foreseen = {effect.relation: effect for effect in effects(statement)}
    with psycopg.connect(examples, autocommit=True) as connection:
        oids = dict(
            connection.execute(
                "select relname::text, oid::bigint from pg_class where relname = any (%s)",
                [list(NAMES)],
            ).fetchall()
        )
        connection.execute("begin")
        t = oids["t"]
        before = connection.execute(STATE, [t, t]).fetchone()
        if statement.startswith("copy"):
            with connection.cursor().copy(statement.encode()) as copy:
                list(copy)
        else:
            connection.execute(statement.encode())
        locks: dict[str, int] = {}
        rows = connection.execute(LOCKS, [list(oids.values())]).fetchall()
        names = {oid: name for name, oid in oids.items()}
        for mode, oid in rows:
            name = names[oid]
            locks[name] = max(locks.get(name, 0), strength(_words(mode)))
        after = connection.execute(STATE, [t, t]).fetchone()
        connection.execute("rollback")
    assert before and after
    for name, effect in foreseen.items():
        assert locks[name] == strength(effect.lock), f"{name}: {effect}"
    unforeseen = {name for name, mode in locks.items() if mode > WEAK} - foreseen.keys()
    assert not unforeseen - _known_companions(statement)
    if "t" in foreseen:
        assert foreseen["t"].rewrites == (before[0] != after[0] and "truncate" not in statement)
        if statement.startswith("alter table t") and not foreseen["t"].rewrites:
            assert foreseen["t"].scans == (after[1] > before[1])


def _known_companions(statement: str) -> set[str]:
    """Return what a statement locks beside what it names, as its effects' notes say."""
    if statement in ("drop index t_w", "reindex index t_w"):
        return {"t"}
    return {"t_w"} if " t" in statement else set()


def _words(mode: str) -> str:
    """Turn `ShareUpdateExclusiveLock` into `SHARE UPDATE EXCLUSIVE`."""
    name = mode.removesuffix("Lock")
    return "".join(f" {c}" if c.isupper() else c for c in name).strip().upper()


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
                seen |= {_words(mode) for (mode,) in rows}
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
        assert pending.plan().sizes == {}
        assert time.monotonic() - started < 10
