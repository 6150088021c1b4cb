"""What is changed by hand is named, and nothing else, and mended by the statements shown."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from pgproof.catalogue.differences import Difference, differences
from pgproof.catalogue.snapshot import Snapshot, take
from pgproof.drift.alter import statements
from pgproof.drift.drift import drift
from tests.drift_cases import BASE, CASES, ROLES, Case
from tests.project import Project
from tests.servers import Server

_DATABASE = "drift_cases"
_ONE_OF = 4
_FINGERPRINT = "0eae15845d3bee40adde83d5ddb4bb10cd26f6bfe2c47f9eb8ec2517f34d2d98"
"""Of BASE on 16, 17 and 18: another one where the queries of the catalogue say other things."""
_NO_DRIFT = """
insert into shop.people (name) values ('a'), ('b')
insert into shop.orders (price) values (3), (5)
insert into shop.logs values (1, '2025-05-05')
update shop.orders set price = 4
select nextval('shop.numbers')
refresh materialized view shop.totals
analyze
vacuum
vacuum full shop.people
reindex table shop.orders
create temp table rogue (id integer primary key)
create temp view rogue_view as select * from shop.people
grant select on shop.orders to drift_reader
revoke insert on shop.orders from drift_reader
comment on table shop.people is 'Who buys.'
alter table shop.people alter note set default 'none'
alter table shop.orders disable trigger stamp
alter table shop.orders enable trigger stamp
create or replace view shop.paid as select id, price from shop.orders where state = 'paid'
create index rogue on shop.people (note)
drop index shop.rogue
alter table shop.people add column rogue text
alter table shop.people drop column rogue
alter table shop.people rename to folk
alter table shop.folk rename to people
alter table shop.orders set (fillfactor = 50)
alter table shop.orders reset (fillfactor)
grant all on function shop.vat to public
truncate shop.people cascade
"""
_OBJECTS = """
do $$ begin
    for n in 1 .. 150 loop
        execute format('create table many_%1$s (id integer primary key, name text)', n);
        execute format('create index on many_%1$s (name)', n);
        execute format('create view v_%1$s as select name from many_%1$s', n);
        execute format('create function f_%1$s() returns integer return %1$s', n);
    end loop;
end $$;
"""


@pytest.fixture(scope="module")
def planted(server: Server) -> Iterator[tuple[psycopg.Connection[Any], Snapshot]]:
    """Return a connection to a database made by BASE, and its objects."""
    with psycopg.connect(server.url(), autocommit=True) as admin:
        for role in ROLES:
            admin.execute(f"create role {role}".encode())
        admin.execute(f"create database {_DATABASE}".encode())
        with psycopg.connect(server.url(_DATABASE)) as connection:
            connection.execute(BASE.encode())
            connection.commit()
            connection.execute("set allow_system_table_mods = on")
            connection.commit()
            yield connection, take(connection, "pgproof")
        admin.execute(f"drop database {_DATABASE} with (force)".encode())
        for role in ROLES:
            admin.execute(f"drop role {role}".encode())


def _named(found: tuple[Difference, ...]) -> list[str]:
    return sorted(f"{one.kind} {one.name}" for one in found)


def _is_order(one: Difference) -> bool:
    return {change.attribute for change in one.changes} == {"columns"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        step = 1 if metafunc.config.getoption("--every-drift") else _ONE_OF
        cases = CASES[::step]
        metafunc.parametrize("case", cases, ids=[one.kind.replace(" ", "-") for one in cases])


def test_each_change_by_hand_is_named_and_mended(
    planted: tuple[psycopg.Connection[Any], Snapshot], case: Case
) -> None:
    connection, before = planted
    if before.major < case.since:
        pytest.skip(f"PostgreSQL {case.since}")
    try:
        connection.execute(case.sql.encode())
        found = differences(before.objects, take(connection, "pgproof").objects)
        assert _named(found) == sorted(case.names)
        mends = [statements(one, before.objects, _DATABASE) for one in found]
        assert all(mends) or not case.mends
        if case.mends:
            for text in (text for mend in mends for text in mend):
                connection.execute(text.encode())
            after = differences(before.objects, take(connection, "pgproof").objects)
            # A column that is made anew is the last one.
            assert _named(tuple(one for one in after if not _is_order(one))) == []
    finally:
        connection.rollback()


def test_what_changes_no_object_is_no_drift(
    server: Server, planted: tuple[psycopg.Connection[Any], Snapshot]
) -> None:
    """Rows, statistics, temporary objects, and what is granted, said and made once more."""
    before = planted[1]
    with psycopg.connect(server.url(_DATABASE), autocommit=True) as connection:
        for statement in _NO_DRIFT.strip().splitlines():
            connection.execute(statement.encode())
        assert take(connection, "pgproof").objects == before.objects


def test_equal_databases_have_one_fingerprint_on_every_version(
    planted: tuple[psycopg.Connection[Any], Snapshot],
) -> None:
    assert planted[1].fingerprint == _FINGERPRINT


def test_a_thousand_objects_take_less_than_a_second(
    project: Project, pytestconfig: pytest.Config
) -> None:
    if not pytestconfig.getoption("--every-drift"):
        pytest.skip("times the command: --every-drift")
    project.write("0001.many", _OBJECTS)
    project.migrate()
    project.query("alter table many_7 add column rogue text")
    found = drift(project.url, project.settings)
    assert [one.difference.name for one in found.differences] == ["public.many_7.rogue"]
    assert found.objects > 1000
    assert found.seconds < 1


def test_at_least_forty_kinds_are_planted() -> None:
    assert len({case.kind for case in CASES}) == len(CASES) > 100
