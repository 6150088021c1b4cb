"""A database filled before it was partitioned is converted without losing or blocking anybody."""

import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.repo.staging import Stage, names

PROJECTS = 100
FILL = f"""
insert into app.projects (account_id, name, created_by, updated_by)
select md5((n % 7)::text)::uuid, 'project ' || n, 'ana', 'ana'
  from generate_series(1, {PROJECTS}) as n;

insert into app.project_payloads (account_id, project_id, module, config)
select p.account_id, p.project_id, module, jsonb_build_object('n', n)
  from app.projects as p
 cross join generate_series(1, 4) as n
 cross join unnest(enum_range(null::app.project_module)) as module;

insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
select p.account_id, p.project_id, 'report.generated', 'ana', now() - make_interval(days => n * 40)
  from app.projects as p
 cross join generate_series(0, 9) as n;
"""
CONTENT = {
    "projects": "select account_id, project_id, name, status, etag from app.projects",
    "payloads": """select account_id, project_id, payload_id, module, config, files, cost_snapshot,
                          created_at, sha256
                     from app.project_payloads""",
    "events": """select account_id, project_id, event_id, event_type, actor, occurred_at, data
                   from app.project_events""",
}


def content(url: str) -> dict[str, set[tuple[str]]]:
    """Return every row of the tenant tables, as text, by table."""
    with psycopg.connect(url) as connection:
        return {
            name: set(connection.execute(f"select row.*::text from ({query}) as row").fetchall())
            for name, query in CONTENT.items()
        }


@pytest.fixture
def filled(empty_database: str, tmp_path: Path) -> Stage:
    """Return a database with data, at migration 6."""
    stage = Stage(tmp_path, empty_database)
    stage.add(*names()[:6])
    stage.tooling("migrate")
    with psycopg.connect(empty_database) as connection:
        connection.execute(FILL)
        connection.execute("grant usage on schema app to eagle_application")
        connection.execute("grant select, delete on app.project_events to eagle_application")
        connection.execute("grant insert (config) on app.project_payloads to eagle_application")
    return stage


def test_conversion_keeps_every_row(filled: Stage) -> None:
    before = content(filled.url)
    assert len(before["payloads"]) == PROJECTS * 12
    filled.add(*names()[6:])
    filled.tooling("migrate")
    assert content(filled.url) == before


def test_conversion_attaches_events_and_divides_payloads(filled: Stage) -> None:
    with psycopg.connect(filled.url) as connection:
        (file_before,) = one(connection, "select pg_relation_filenode('app.project_events')")
    filled.add(names()[6])
    filled.tooling("migrate")
    with psycopg.connect(filled.url) as connection:
        (file_after,) = one(
            connection, "select pg_relation_filenode('app.project_events_before_partitioning')"
        )
        assert file_after == file_before
        counted = connection.execute(
            """
            select p.tableoid::regclass::text, count(*), count(distinct p.module)
              from app.project_payloads as p
             group by 1 order by 1
            """
        ).fetchall()
        assert counted == [
            ("app.project_payloads_single_pole_base_plate", PROJECTS * 4, 1),
            ("app.project_payloads_single_pole_direct_burial", PROJECTS * 4, 1),
            ("app.project_payloads_two_pole_direct_burial", PROJECTS * 4, 1),
        ]
        for privilege in ("select", "delete"):
            assert one(
                connection,
                "select has_table_privilege('eagle_application', 'app.project_events', %s)",
                privilege,
            ) == (True,)
        assert one(
            connection,
            "select has_column_privilege("
            "'eagle_application', 'app.project_payloads', 'config', 'insert')",
        ) == (True,)
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("delete from app.project_events_before_partitioning")
        assert refused.value.sqlstate == "ES003"


def test_existing_events_are_chained(filled: Stage) -> None:
    filled.add(*names()[6:])
    filled.tooling("migrate")
    with psycopg.connect(filled.url) as connection:
        assert connection.execute("select * from ops.verify_event_chain()").fetchall() == []
        assert one(connection, "select count(*), sum(position) from app.event_chains") == (
            PROJECTS,
            PROJECTS * 10,
        )


def test_going_back_keeps_every_row(filled: Stage) -> None:
    before = content(filled.url)
    filled.add(*names()[6:])
    filled.tooling("migrate")
    filled.tooling("rollback", "--to", names()[5])
    assert content(filled.url) == before


def test_writers_go_on_during_the_conversion(filled: Stage) -> None:
    """What was acknowledged while the tables changed places is there afterwards."""
    stop = threading.Event()
    saved: set[uuid.UUID] = set()
    deleted: set[uuid.UUID] = set()
    recorded: set[uuid.UUID] = set()
    failures: list[str] = []

    def write_payloads(connection: psycopg.Connection, project: tuple[uuid.UUID, ...]) -> None:
        row = connection.execute(
            """
            insert into app.project_payloads (account_id, project_id, module, config)
            values (%s, %s, 'signage.single_pole.base_plate', %s)
            returning payload_id
            """,
            (*project, psycopg.types.json.Jsonb({"written": uuid.uuid4().hex})),
        ).fetchone()
        assert row is not None
        saved.add(row[0])

    def delete_payloads(connection: psycopg.Connection, project: tuple[uuid.UUID, ...]) -> None:
        for row in connection.execute(
            """
            delete from app.project_payloads as p
             where p.account_id = %s and p.project_id = %s and p.config = '{"n": 1}'
            returning p.payload_id
            """,
            project,
        ).fetchall():
            deleted.add(row[0])

    def record_events(connection: psycopg.Connection, project: tuple[uuid.UUID, ...]) -> None:
        row = connection.execute(
            """
            insert into app.project_events (account_id, project_id, event_type, actor)
            values (%s, %s, 'file.attached', 'bob')
            returning event_id
            """,
            project,
        ).fetchone()
        assert row is not None
        recorded.add(row[0])

    def worker(
        act: Callable[[psycopg.Connection, tuple[uuid.UUID, ...]], None],
    ) -> None:
        with psycopg.connect(filled.url, autocommit=True) as connection:
            projects = connection.execute(
                "select account_id, project_id from app.projects"
            ).fetchall()
            while not stop.is_set():
                for project in projects:
                    try:
                        act(connection, project)
                    except psycopg.Error as error:
                        failures.append(f"{error.sqlstate} {error}")
                    if stop.is_set():
                        return

    actions = (write_payloads, delete_payloads, record_events)
    threads = [threading.Thread(target=worker, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    try:
        filled.add(*names()[6:9])
        filled.tooling("migrate")
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert failures == []
    assert saved and deleted and recorded
    with psycopg.connect(filled.url) as connection:
        payloads = connection.execute("select payload_id from app.project_payloads").fetchall()
        events = connection.execute("select event_id from app.project_events").fetchall()
        assert saved <= {row[0] for row in payloads}
        assert not deleted & {row[0] for row in payloads}
        assert len(payloads) == PROJECTS * 12 + len(saved) - len(deleted)
        assert recorded <= {row[0] for row in events}
        assert connection.execute("select * from ops.verify_event_chain()").fetchall() == []


def one(connection: psycopg.Connection, query: str, *values: object) -> tuple[object, ...]:
    """Return the only row of a query."""
    (row,) = connection.execute(query, values).fetchall()
    return row
