"""The plan of pending files: what it shows, and what it leaves alone."""

import json
import time
from pathlib import Path

import pytest

from pgproof.ahead.effects import effects
from pgproof.ahead.locks import strength
from pgproof.ahead.page import markdown
from pgproof.errors import Exit, RefusedError
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
        assert pending.plan().sizes == {}
        assert time.monotonic() - started < 10
