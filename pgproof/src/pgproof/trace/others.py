"""What runs beside a migration: changes of rows behind foreign keys, and the queries of a file."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import psycopg

from pgproof.ahead.locks import ROW_EXCLUSIVE, ROW_SHARE
from pgproof.connection import connect
from pgproof.files.script import Script
from pgproof.files.statement import Kind, Statement
from pgproof.run.failure import SqlFailureError
from pgproof.run.session import Session
from pgproof.trace.deadlocks import Step, Transaction
from pgproof.trace.holders import Holders, run_held
from pgproof.trace.relations import KINDS, Snapshot, held, locks_of

_KEYS = """
select k.conrelid::bigint, k.confrelid::bigint, k.confdeltype in ('c', 'n', 'd')
  from pg_catalog.pg_constraint as k
 where k.contype = 'f' and k.conparentid = 0 and k.conrelid <> k.confrelid
 order by k.oid
"""
_PARAMETER = "$"
_GENERIC = "explain (generic_plan) "


def of_keys(connection: psycopg.Connection[Any], names: Snapshot) -> Iterator[Transaction]:
    """Yield what inserting and deleting rows locks, by the triggers of foreign keys."""
    keys = connection.execute(_KEYS.encode()).fetchall()
    for child in dict.fromkeys(child for child, _, _ in keys):
        parents = [parent for one, parent, _ in keys if one == child]
        steps = [(child, ROW_EXCLUSIVE), *((parent, ROW_SHARE) for parent in parents)]
        yield _transaction("insert into", names, steps)
    for parent in dict.fromkeys(parent for _, parent, _ in keys):
        steps = list(_deleted(parent, keys, frozenset()))
        yield _transaction("delete from", names, steps)


def _deleted(
    table: int, keys: Sequence[tuple[int, int, bool]], above: frozenset[int]
) -> Iterator[tuple[int, str]]:
    """Yield the locks of a delete: the table, then those that refer to it, and so on down."""
    yield table, ROW_EXCLUSIVE
    for child, parent, changes in keys:
        if parent != table or child in above:
            continue
        if changes:
            yield from _deleted(child, keys, above | {table})
        else:
            yield child, ROW_SHARE


def _transaction(what: str, names: Snapshot, steps: Sequence[tuple[int, str]]) -> Transaction:
    known = [Step(names[oid].label, mode, 1) for oid, mode in steps if oid in names]
    return Transaction(f"{what} {known[0].relation}", tuple(known))


def of_queries(
    session: Session, conninfo: str, script: Script, names: Snapshot
) -> Iterator[Transaction | str]:
    """Yield the locks of each transaction of a file of queries; nothing of it is committed.

    Without BEGIN, a statement is a transaction. What has parameters is planned, and not run. For a
    transaction that fails, the message is yielded.
    """
    with (
        closing(connect(conninfo, autocommit=True)) as observer,
        closing(Holders(conninfo, observer)) as holders,
    ):
        for group in _grouped(script.statements):
            try:
                yield _measured(session, observer, holders, script, group, names)
            except SqlFailureError as error:
                yield error.message


def _grouped(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
    group: list[Statement] | None = None
    for one in statements:
        if one.kind is not Kind.CONTROL:
            if group is None:
                yield [one]
            else:
                group.append(one)
        elif group is None:
            group = []
        else:
            yield group
            group = None
    if group:
        yield group


def _measured(
    session: Session,
    observer: psycopg.Connection[Any],
    holders: Holders,
    script: Script,
    group: Sequence[Statement],
    names: Snapshot,
) -> Transaction:
    tables = [one for one in names.values() if KINDS[one.kind] == "table"]
    steps: list[Step] = []
    session.run("begin")
    try:
        for number, one in enumerate(group, 1):
            before = held(observer, session.pid)
            touched = {oid for oid, _ in before}
            free = [table for table in tables if table.oid not in touched]
            order, _ = run_held(session, script, _planned(one), holders, free)
            new = held(observer, session.pid) - before
            locks = locks_of([*order, *new], names, [oid for oid, _ in order])
            steps += (
                Step(lock.relation, lock.mode, number) for lock in locks if lock.kind != "index"
            )
    finally:
        session.roll_back()
    line = group[0].line if group else 1
    return Transaction(f"{script.path.name}:{line}", tuple(steps))


def _planned(one: Statement) -> Statement:
    if _PARAMETER not in one.sql:
        return one
    return Statement(one.number, one.line, _GENERIC + one.sql, one.kind, one.path)
