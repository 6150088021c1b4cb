"""A trace of statements that commit on their way: CONCURRENTLY, VACUUM, procedures."""

import pytest

from pgproof.trace.records import TracedStatement
from pgproof.trace.trace import trace
from tests.project import Project

TABLES = """
create table users (id int primary key, name text);
insert into users select n, 'u' from generate_series(1, 500) as n;
create index users_name on users (name);
create table orders (id int primary key, user_id int references users);
insert into orders select n, n from generate_series(1, 500) as n;
create table parts (id int) partition by range (id);
create table parts_1 partition of parts for values from (1) to (1000);
insert into parts select n from generate_series(1, 500) as n;
create procedure tidy() language plpgsql as
    'begin update orders set user_id = 1; commit; lock table users in share mode; end';
"""
CHANGES = """-- transactional: false
-- repeatable-calls: true
create index concurrently orders_user on orders (user_id);
reindex index concurrently users_name;
drop index concurrently users_name;
alter table parts detach partition parts_1 concurrently;
vacuum full users;
call tidy();
"""
WRITERS = "transactions that write to its table"
READERS = "transactions that read its table"
SNAPSHOTS = "transactions with an older snapshot"


@pytest.fixture(scope="module")
def statements(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> list[TracedStatement]:
    """Return the statements of one file, measured."""
    url = request.getfixturevalue("server").url()
    project = Project.make(tmp_path_factory.mktemp("phases"), url)
    project.write("0001.tables", TABLES)
    project.write("0002.changes", CHANGES)
    (file,) = trace(project.url, project.settings, only=["0002.changes"]).files
    assert file.failure is None
    return list(file.statements)


def locks(statement: TracedStatement) -> dict[str, str]:
    return {one.relation: one.mode for one in statement.measured.locks}


def waits(statement: TracedStatement) -> set[str]:
    return {one.what for one in statement.measured.waits}


def test_create_index_waits_for_writers_then_for_snapshots_and_not_for_readers(
    statements: list[TracedStatement],
) -> None:
    create = statements[0]
    assert locks(create) == {"public.orders": "SHARE UPDATE EXCLUSIVE"}
    assert [one.what for one in create.measured.waits] == [WRITERS, SNAPSHOTS]
    assert all(
        [(lock.relation, lock.mode) for lock in wait.holding]
        == [("public.orders", "SHARE UPDATE EXCLUSIVE")]
        for wait in create.measured.waits
    )
    assert [(one.relation, one.times) for one in create.measured.scans] == [("public.orders", 2)]


def test_reindex_takes_the_old_index_exclusively_at_its_end(
    statements: list[TracedStatement],
) -> None:
    reindex = statements[1]
    assert locks(reindex) == {
        "public.users": "SHARE UPDATE EXCLUSIVE",
        "public.users_name": "ACCESS EXCLUSIVE",
    }
    assert reindex.measured.rewrites == ("public.users_name",)
    assert waits(reindex) == {WRITERS, READERS, SNAPSHOTS}


def test_drop_index_waits_for_readers_and_detach_locks_the_partition(
    statements: list[TracedStatement],
) -> None:
    drop, detach = statements[2:4]
    assert locks(drop)["public.users_name"] == "ACCESS EXCLUSIVE"
    assert waits(drop) == {WRITERS, READERS}
    assert locks(detach) == {
        "public.parts": "SHARE UPDATE EXCLUSIVE",
        "public.parts_1": "ACCESS EXCLUSIVE",
    }


def test_vacuum_full_is_seen_to_rewrite_the_table_and_its_indexes(
    statements: list[TracedStatement],
) -> None:
    vacuum = statements[4]
    assert locks(vacuum) == {
        "public.users": "ACCESS EXCLUSIVE",
        "public.users_pkey": "ACCESS EXCLUSIVE",
    }
    assert set(vacuum.measured.rewrites) == {"public.users", "public.users_pkey"}


def test_a_procedure_that_commits_is_stopped_again_in_its_next_transaction(
    statements: list[TracedStatement],
) -> None:
    call = statements[5]
    assert locks(call)["public.orders"] == "ROW EXCLUSIVE"
    assert locks(call)["public.users"] == "SHARE"
    assert call.measured.rows == 500
