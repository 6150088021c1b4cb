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
