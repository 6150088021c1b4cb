"""Generated data is what the database itself would have made, and the same for the same seed."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tooling.database import connect
from tooling.errors import RefusedError
from tooling.laboratory.synthetic import load, writer
from tooling.laboratory.synthetic.blocks import all_blocks, make
from tooling.laboratory.synthetic.dataset import Dataset
from tooling.laboratory.synthetic.writer import HALVES
from tooling.server.server import Server

PLAN = Dataset(projects=1000, seed=7)


@pytest.fixture(scope="module")
def filled(server: Server, migrated_template: str) -> Iterator[psycopg.Connection]:
    """Return a connection to a database that holds the plan's data; nothing may change it."""
    with connect(server.url(), autocommit=True) as admin:
        admin.execute(f"create database generated template {migrated_template}")
        with connect(server.url("generated"), autocommit=True) as connection:
            load.generate(connection, PLAN)
            yield connection
        admin.execute("drop database generated with (force)")


def rows(connection: psycopg.Connection, query: str, *values: object) -> list[tuple[object, ...]]:
    return connection.execute(query, values).fetchall()


def test_every_chain_verifies(filled: psycopg.Connection) -> None:
    assert rows(filled, "select * from ops.verify_event_chain()") == []
    assert rows(filled, "select count(*) from app.event_chains") == [(PLAN.projects,)]


def test_every_index_is_ready_and_every_row_is_in_it(filled: psycopg.Connection) -> None:
    query = "select indexrelid::regclass::text from pg_index where not (indisready and indisvalid)"
    assert rows(filled, query) == []
    filled.execute("create extension if not exists amcheck schema public")
    checked = rows(
        filled,
        """
        select public.bt_index_check(i.indexrelid, true)
          from pg_index as i
          join pg_class as c on c.oid = i.indexrelid
          join pg_am as m on m.oid = c.relam and m.amname = 'btree'
          join pg_namespace as n on n.oid = c.relnamespace and n.nspname = 'app'
         where c.relkind = 'i'
        """,
    )
    assert len(checked) > 50


def test_events_tell_how_each_project_got_its_status(filled: psycopg.Connection) -> None:
    """The last status move of each project leads to its status; a draft has none."""
    assert (
        rows(
            filled,
            """
        select p.project_id, p.status, moved.status
          from app.projects as p
          left join lateral (
                   select e.data ->> 'to' as status
                     from app.project_events as e
                    where e.account_id = p.account_id
                      and e.project_id = p.project_id
                      and e.data ? 'to'
                    order by e.position desc
                    limit 1
               ) as moved on true
         where p.status::text <> coalesce(moved.status, 'draft')
        """,
        )
        == []
    )
    allowed = {"estimating": "draft", "submitted": "estimating"}
    moves = rows(
        filled,
        "select distinct data ->> 'from', data ->> 'to' from app.project_events where data ? 'to'",
    )
    assert {(allowed.get(str(to), "submitted"), to) for _, to in moves} == set(moves)
    assert len(moves) == 4


def test_each_saved_design_is_in_the_log_with_the_hash_that_the_server_computed(
    filled: psycopg.Connection,
) -> None:
    saved = rows(
        filled,
        """
        select payload_id::text, sha256, module::text, created_at from app.project_payloads
        """,
    )
    recorded = rows(
        filled,
        """
        select data ->> 'payload_id', data ->> 'sha256', data ->> 'module', occurred_at
          from app.project_events
         where event_type = 'payload.saved'
        """,
    )
    assert Counter(saved) == Counter(recorded)
    assert len(saved) > PLAN.projects


def test_the_envelope_holds_the_hash_of_the_last_design(filled: psycopg.Connection) -> None:
    assert (
        rows(
            filled,
            """
        select p.project_id
          from app.projects as p
         where p.content_sha256 is distinct from (
                   select l.sha256
                     from app.project_payloads as l
                    where l.project_id = p.project_id
                      and p.status <> 'draft'
                    order by l.created_at desc
                    limit 1
               )
        """,
        )
        == []
    )


def test_orphans_and_times_out_of_order_do_not_exist(filled: psycopg.Connection) -> None:
    for child in ("project_payloads", "project_events", "event_chains"):
        orphans = f"""
            select from app.{child} as c
             where not exists (
                       select from app.projects as p
                        where (p.account_id, p.project_id) = (c.account_id, c.project_id)
                   )"""
        assert rows(filled, orphans) == [], child
    assert (
        rows(
            filled,
            """
        select from app.project_events as e
          join app.project_events as next using (account_id, project_id)
         where next.position = e.position + 1 and next.occurred_at < e.occurred_at
        """,
        )
        == []
    )
    bounds = rows(filled, "select min(occurred_at), max(occurred_at) from app.project_events")[0]
    assert PLAN.until - timedelta(days=3 * 365) <= bounds[0] < bounds[1] < PLAN.until


def test_the_data_is_skewed_and_grows(filled: psycopg.Connection) -> None:
    years = rows(
        filled,
        """
        select count(*)
          from app.projects
         group by date_part('year', created_at)
         order by date_part('year', created_at)
        """,
    )
    counts = [n for (n,) in years]
    assert counts == sorted(counts)
    assert counts[2] > 2 * counts[0]
    statuses = dict(rows(filled, "select status::text, count(*) from app.projects group by 1"))
    assert statuses["draft"] > statuses["estimating"] > statuses["submitted"] > 0
    assert min(statuses["accepted"], statuses["rejected"]) > 0
    (most,) = rows(filled, "select max(position), avg(position)::float from app.event_chains")
    assert most[0] > 4 * most[1]
    assert 3.5 < most[1] < 4.5


def test_account_sizes_follow_a_power_law() -> None:
    plan = Dataset(projects=50_000, seed=7)
    joins, found = plan.joins(), Counter[int]()
    for block in plan.blocks():
        found.update(account for _, account in plan.arrivals(block, random.Random(block), joins))
    sizes = sorted(found.values(), reverse=True)
    mean = sum(sizes) / plan.accounts
    assert 10 * mean < sizes[0] < 30 * mean
    assert sum(sizes[: plan.accounts // 10]) > 0.45 * plan.projects
    assert sizes[len(sizes) // 2] < 0.6 * mean
    assert len(sizes) > 0.95 * plan.accounts


def test_the_same_seed_gives_the_same_bytes_whoever_makes_them() -> None:
    plan = Dataset(projects=7_600, seed=7)
    alone = [block.sha256 for block in all_blocks(plan, 1)]
    together = [block.sha256 for block in all_blocks(plan, 2)]
    assert alone == together
    assert len(set(alone)) == 4
    assert make(Dataset(7_600, 8), 0).sha256 != alone[0]


def test_the_same_seed_fills_two_databases_alike(
    filled: psycopg.Connection, migrated_database: str
) -> None:
    with connect(migrated_database, autocommit=True) as connection:
        load.generate(connection, PLAN, processes=1)
        for table in load.lives.TABLES:
            query = f"select md5(string_agg(t::text, '' order by t.ctid)) from {table} as t"
            if table == "app.project_payloads":
                query = query.replace("t.ctid", "t.tableoid::regclass::text, t.ctid")
            if table == "app.project_events":
                query = query.replace("t.ctid", "t.tableoid::regclass::text, t.ctid")
            assert rows(connection, query) == rows(filled, query), table


def test_a_second_load_needs_to_be_asked_for(filled: psycopg.Connection) -> None:
    with pytest.raises(RefusedError, match="has projects already"):
        load.generate(filled, PLAN)


@pytest.mark.parametrize("failing", [0, 1])
def test_a_load_that_fails_in_either_half_leaves_nothing(
    filled: psycopg.Connection, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that are there already are refused when the indexes are built."""
    before = [rows(filled, f"select count(*) from {table}") for table in load.lives.TABLES]
    halves = [half if number == failing else half[:0] for number, half in enumerate(HALVES)]
    other = (("app.retired_events", ""),)
    monkeypatch.setattr(writer, "HALVES", [half or other for half in halves])
    targets = writer.targets(filled)
    monkeypatch.setattr(writer, "targets", lambda _: {**targets, other[0]: other[0][0]})
    with pytest.raises(psycopg.errors.UniqueViolation):
        load.generate(filled, PLAN, add=True)
    query = "select indexrelid::regclass::text from pg_index where not indisready"
    assert rows(filled, query) == []
    assert [rows(filled, f"select count(*) from {t}") for t in load.lives.TABLES] == before


def test_adding_keeps_what_is_there(migrated_database: str) -> None:
    with connect(migrated_database, autocommit=True) as connection:
        load.generate(connection, Dataset(50, 1), processes=1)
        load.generate(connection, Dataset(50, 2), add=True, processes=1)
        assert rows(connection, "select count(*) from app.projects") == [(100,)]
        assert rows(connection, "select * from ops.verify_event_chain()") == []
        assert rows(connection, "select current_setting('session_replication_role')") == [
            ("origin",)
        ]


def test_who_may_not_and_what_cannot_be(migrated_database: str) -> None:
    with connect(migrated_database, autocommit=True) as connection:
        with pytest.raises(RefusedError, match="in the future"):
            load.generate(connection, Dataset(5, 1, datetime(2999, 1, 1, tzinfo=UTC)))
        connection.execute("set role eagle_owner")
        with pytest.raises(RefusedError, match="needs a superuser"):
            load.generate(connection, Dataset(5, 1))


def test_the_command_reports_and_a_dry_run_writes_nothing(migrated_database: str) -> None:
    run = [sys.executable, "-m", "tooling", "generate", "--projects", "40", "--seed", "3"]
    run += ["--dsn", migrated_database]
    dry = subprocess.run([*run, "--dry-run"], capture_output=True, text=True, check=True)
    assert "app.project_events" in dry.stdout
    with connect(migrated_database, autocommit=True) as connection:
        assert rows(connection, "select count(*) from app.projects") == [(0,)]
        done = subprocess.run([*run, "--json"], capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        assert report["rows"]["app.projects"] == 40
        for table, count in report["rows"].items():
            assert rows(connection, f"select count(*) from {table}") == [(count,)]
    (named,) = done.stderr.splitlines()
    assert named.startswith("database: ")
