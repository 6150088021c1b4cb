"""The plan says what a server does: hundreds of statements are run, and compared with it.

A statement runs in a transaction that is rolled back. Locks are read in pg_locks at its end, where
the strongest of each table is still held; a rewrite is another file that is not empty; a scan is
one by which the statistics of the transaction count rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
import pytest

from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.effects import effects
from pgproof.ahead.facts import STORED
from pgproof.ahead.learn import learn
from pgproof.ahead.locks import Effect, strength
from pgproof.ahead.look import look
from pgproof.sql.parser import tree
from tests import plan_cases
from tests.servers import Server

CASES = [(group, one) for group, (_, some) in plan_cases.GROUPS.items() for one in some]
QUERIES = ("select", "insert", "update", "delete", "merge", "with", "copy")
"""Which rows these read is the planner's choice, unless they read all."""
RELATIONS = """
select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname, c.relkind::text,
       pg_relation_filenode(c.oid)::bigint, coalesce(pg_relation_size(c.oid), 0),
       pg_stat_get_xact_numscans(c.oid), pg_stat_get_xact_tuples_returned(c.oid), c.oid::bigint
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
 where c.oid >= 16384 and n.nspname !~ '^pg_toast' and c.relkind <> 'c'
"""
LOCKS = """
select relation::bigint, mode
  from pg_locks
 where pid = pg_backend_pid() and locktype = 'relation' and granted
"""
MEASURING = """
set local max_parallel_maintenance_workers = 0;
set local max_parallel_workers_per_gather = 0;
set local timezone = 'UTC'
"""
LEAST = strength("SHARE UPDATE EXCLUSIVE")


@dataclass
class Measured:
    """What a statement did to a relation that was there before it."""

    kind: str
    lock: int
    rewritten: bool
    scanned: bool


class Groups:
    """Databases, one a group of cases, made when they are first asked for."""

    def __init__(self, server: Server):
        self.server = server
        self.catalogue = cache(self._catalogue)
        self.url = cache(self._url)

    def _url(self, group: str) -> str:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(f"create database truth_{group}".encode())
        url = self.server.url(f"truth_{group}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(plan_cases.GROUPS[group][0].encode())
        return url

    def _catalogue(self, group: str) -> Catalogue:
        with psycopg.connect(self.url(group), autocommit=True) as connection:
            return look(connection, "public")

    def measure(self, group: str, statement: str) -> dict[str, Measured]:
        """Run a statement, roll it back, and return what it did by relation."""
        with psycopg.connect(self.url(group), autocommit=True) as connection:
            connection.execute("begin")
            connection.execute(MEASURING)
            before = connection.execute(RELATIONS).fetchall()
            _run(connection, statement)
            connection.execute("set constraints all immediate")
            held: dict[int, int] = {}
            for oid, mode in connection.execute(LOCKS).fetchall():
                held[oid] = max(held.get(oid, 0), strength(words(mode)))
            rows = connection.execute(RELATIONS).fetchall()
            connection.execute("rollback")
        after = {row[-1]: row for row in rows}
        found = {}
        for name, kind, file, _, scans, read, oid in before:
            _, _, new_file, size, new_scans, new_read, _ = after.get(oid, (0,) * 7)
            found[name] = Measured(
                kind,
                held.get(oid, 0),
                kind != "S" and size > 0 and new_file != file,
                kind in STORED and new_scans > scans and new_read > read,
            )
        return found

    def left(self, group: str, statement: str) -> tuple[Catalogue, Catalogue]:
        """Return the catalogue that a statement leaves, as it is learnt and as it is read."""
        with psycopg.connect(self.url(group), autocommit=True) as connection:
            learnt = look(connection, "public")
            learn(tree(statement), learnt)
            connection.execute("begin")
            _run(connection, statement)
            read = look(connection, "public")
            connection.execute("rollback")
        return learnt, read


def described(catalogue: Catalogue) -> set[tuple[Any, ...]]:
    """Return what a catalogue says, by names in place of OIDs."""
    of = {oid: catalogue.label(one) for oid, one in catalogue.relations.items()}
    found: set[tuple[Any, ...]] = set()
    for name, one in ((of[oid], one) for oid, one in catalogue.relations.items()):
        facts = (one.kind, one.unique, one.key, bool(one.bound), one.bound == "DEFAULT")
        if one.kind in "iI":
            found.add((of.get(one.owner), *facts))
            continue
        where = (one.persistence, one.tablespace, one.method, of.get(one.owner), one.strategy)
        found.add((name, *facts, *where, frozenset(of[oid] for oid in one.parents)))
        for column, is_a in one.columns.items():
            kind = catalogue.types.get(is_a.type.oid)
            called = kind and kind.name
            found.add((name, column, called, is_a.type.modifier, is_a.not_null, is_a.generated))
    for check in catalogue.constraints.values():
        if check.table in of:
            ends = (of[check.table], of.get(check.target), bool(check.parent))
            named = check.name if check.kind in "cf" and not check.parent else ""
            found.add((named, check.kind, check.columns, check.valid, *ends))
    found |= {(one.name, of[one.table], one.enabled) for one in catalogue.triggers}
    return found | {(of[one.view], of.get(one.relation)) for one in catalogue.views}


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    if statement.startswith("copy"):
        with connection.cursor().copy(statement.encode()) as copy:
            list(copy)
    else:
        connection.execute(statement.encode())


def words(mode: str) -> str:
    """Turn `ShareUpdateExclusiveLock` into `SHARE UPDATE EXCLUSIVE`."""
    name = mode.removesuffix("Lock")
    return "".join(f" {c}" if c.isupper() else c for c in name).strip().upper()


@pytest.fixture(scope="module")
def groups(server: Server) -> Iterator[Groups]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("set allow_in_place_tablespaces = on")
        connection.execute("create tablespace elsewhere location ''")
        made = Groups(server)
        yield made
        for group in plan_cases.GROUPS:
            connection.execute(f"drop database if exists truth_{group} with (force)".encode())
        connection.execute("drop tablespace elsewhere")


def skip_if_older(groups: Groups, group: str, statement: str) -> None:
    since = plan_cases.SINCE.get(statement, 16)
    if groups.catalogue(group).version < since:
        pytest.skip(f"a statement of PostgreSQL {since}")


def is_held_with_its_table(
    name: str, lock: int, locks: dict[str, int], catalogue: Catalogue
) -> bool:
    """Whether a lock on an index, or a sequence of a column, adds nothing to that on its table."""
    relation = catalogue.find(*reversed(name.split(".")))
    assert relation is not None, name
    table = catalogue.relations.get(relation.owner)
    return table is not None and locks.get(catalogue.label(table), 0) >= lock


@pytest.mark.parametrize(("group", "statement"), CASES, ids=[one for _, one in CASES])
def test_a_plan_with_the_catalogue_foretells_what_happens(
    groups: Groups, group: str, statement: str
) -> None:
    skip_if_older(groups, group, statement)
    catalogue = groups.catalogue(group)
    foretold = {one.relation: one for one in effects(statement, catalogue) if one.relation}
    measured = groups.measure(group, statement)
    held = {name: one.lock for name, one in measured.items()}
    expected = {name: strength(one.lock) for name, one in foretold.items()}
    for locks in (held, expected):
        for name, lock in list(locks.items()):
            if lock < LEAST or is_held_with_its_table(name, lock, locks, catalogue):
                del locks[name]
    assert expected == held
    tables = {name: one for name, one in measured.items() if one.kind in STORED}
    nothing = Effect("", "")
    assert {name for name in tables if foretold.get(name, nothing).rewrites} == {
        name for name, one in tables.items() if one.rewritten
    }
    built = {name for name, one in foretold.items() if one.rewrites}
    assert all(measured[name].rewritten for name in built)
    scanned = {name for name, one in tables.items() if one.scanned}
    read = {name for name in tables if foretold.get(name, nothing).scans}
    if statement in plan_cases.NO_ROWS:
        assert scanned <= read
    elif statement.startswith(QUERIES):
        assert read <= scanned
    else:
        by_query = {name for name in scanned if tables[name].lock == strength("ACCESS SHARE")}
        assert scanned - by_query <= read <= scanned


@pytest.mark.parametrize(("group", "statement"), CASES, ids=[one for _, one in CASES])
def test_a_plan_without_a_server_denies_nothing(groups: Groups, group: str, statement: str) -> None:
    skip_if_older(groups, group, statement)
    measured = groups.measure(group, statement)
    for one in effects(statement):
        real = measured.get(one.relation)
        if real is None or statement in plan_cases.UNKNOWABLE:
            continue
        assert one.lock == "" or strength(one.lock) == real.lock, one
        if real.kind in STORED:
            assert one.rewrites >= real.rewritten
            assert one.scans >= (real.scanned and not statement.startswith(QUERIES))


@pytest.mark.parametrize(("group", "statement"), CASES, ids=[one for _, one in CASES])
def test_the_next_statement_is_planned_against_what_this_one_leaves(
    groups: Groups, group: str, statement: str
) -> None:
    skip_if_older(groups, group, statement)
    learnt, read = map(described, groups.left(group, statement))
    assert learnt - read == set()
    assert bool(read - learnt) == (statement in plan_cases.NOT_LEARNT), read - learnt
