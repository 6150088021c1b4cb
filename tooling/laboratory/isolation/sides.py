"""Copies of a database that differ in what is measured, asked in turns."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psycopg
from psycopg import conninfo, sql

BEFORE = "account_id = app.current_account_id()"
"""What each policy said before it began with a comparison that nothing is cheaper than."""
_POLICIES = "select relation::text, policy from ops.tenant_policies() where condition is not null"
Connection = psycopg.Connection[tuple[object, ...]]


@contextmanager
def copies(
    dsn: str, sides: Sequence[str], prepare: Callable[[Connection, str], None]
) -> Iterator[dict[str, str]]:
    """Yield the connection string of a copy for each side, each prepared as its owner."""
    source = str(conninfo.conninfo_to_dict(dsn)["dbname"])
    with (
        psycopg.connect(dsn, dbname="postgres", autocommit=True) as maintenance,
        ExitStack() as made,
    ):
        urls = {}
        for side in sides:
            name = sql.Identifier(f"{source}_{side}")
            maintenance.execute(
                sql.SQL("create database {} template {}").format(name, sql.Identifier(source))
            )
            made.callback(
                maintenance.execute, sql.SQL("drop database {} with (force)").format(name)
            )
            maintenance.execute(
                sql.SQL("grant connect on database {} to eagle_application").format(name)
            )
            urls[side] = conninfo.make_conninfo(dsn, dbname=f"{source}_{side}")
            with psycopg.connect(urls[side], autocommit=True) as owner:
                prepare(owner, side)
        yield urls


@contextmanager
def connections(urls: dict[str, str], turn: int) -> Iterator[dict[str, Connection]]:
    """Yield a new connection a side, opened in another order each turn.

    The client keeps to the first core and every backend to the last: which core a process has
    outweighs what is measured.
    """
    sides = list(urls)
    first = turn % len(sides)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    try:
        with ExitStack() as opened:
            asked = {}
            for side in sides[first:] + sides[:first]:
                asked[side] = opened.enter_context(
                    psycopg.connect(urls[side], user="eagle_application", prepare_threshold=0)
                )
                os.sched_setaffinity(asked[side].info.backend_pid, cores[-1:])
            yield asked
    finally:
        os.sched_setaffinity(0, cores)


def compare_only(owner: Connection) -> None:
    """Let every tenant's policy say what it said before, as a comparison alone."""
    for relation, policy in owner.execute(_POLICIES).fetchall():
        owner.execute(f"alter policy {policy} on {relation} using ({BEFORE})".encode())
