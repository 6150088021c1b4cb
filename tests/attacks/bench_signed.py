"""What comparing accounts first and checking signatures adds to a look-up of a project by key."""

import hmac
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack

import psycopg
from psycopg import conninfo, sql

LOOKUP = (
    "select project_id, name, status, etag from app.projects"
    " where account_id = %(account)s and project_id = %(project)s"
)
BEFORE = "account_id = app.current_account_id()"
"""What the policy said before it began with a comparison that nothing is cheaper than."""

SIDES = ("before", "unsigned", "signed")
SECRET = b"\x2a" * 32
WARM_UP = 200


def measure(dsn: str, runs: int) -> dict[str, dict[str, float]]:
    """Return, of a look-up and of a transaction with one, the microseconds of each side.

    Each side is a copy of the database, asked in turns over a connection of its own. The figure is
    the lowest tenth's upper bound: what else the machine does weighs on the other nine tenths.
    """
    source = conninfo.conninfo_to_dict(dsn)["dbname"]
    with psycopg.connect(dsn) as owner:
        row = owner.execute("select account_id, project_id from app.projects limit 1").fetchone()
    assert row
    key = {"account": row[0], "project": row[1]}
    with (
        psycopg.connect(dsn, dbname="postgres", autocommit=True) as maintenance,
        ExitStack() as all_,
    ):
        asked = {}
        for side in SIDES:
            name = sql.Identifier(f"{source}_{side}")
            maintenance.execute(
                sql.SQL("create database {} template {}").format(name, sql.Identifier(str(source)))
            )
            all_.callback(
                maintenance.execute, sql.SQL("drop database {} with (force)").format(name)
            )
            url = conninfo.make_conninfo(dsn, dbname=f"{source}_{side}")
            _prepare(url, side)
            asked[side] = all_.enter_context(
                psycopg.connect(url, user="eagle_application", prepare_threshold=0)
            )
            _begin(asked[side], str(row[0]))
        found = {"look-up": _in_turns(lambda side: _look_up(asked[side], key), runs)}
        for connection in asked.values():
            connection.commit()
        found["transaction"] = _in_turns(lambda side: _transaction(asked[side], key), runs)
    return found


def _prepare(url: str, side: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            sql.SQL("grant connect on database {} to eagle_application").format(
                sql.Identifier(owner.info.dbname)
            )
        )
        if side == "before":
            owner.execute(f"alter policy projects_tenant on app.projects using ({BEFORE})".encode())
        if side == "signed":
            owner.execute("select ops.add_account_key('bench', %s)", [SECRET])
            owner.execute("select ops.require_signed_accounts(true)")


def _begin(connection: psycopg.Connection[tuple[object, ...]], account: str) -> None:
    """Set what the API sets at the beginning of each transaction."""
    expires = int(time.time()) + 60
    text = f"{account}\n{expires}\nana@example.com".encode()
    mac = hmac.new(SECRET, text, "sha256").hexdigest()
    connection.execute(
        "select app.begin_work(%s, %s, %s)", [account, "ana@example.com", f"bench.{expires}.{mac}"]
    )


def _look_up(connection: psycopg.Connection[tuple[object, ...]], key: dict[str, object]) -> None:
    assert connection.execute(LOOKUP, key).fetchall()


def _transaction(
    connection: psycopg.Connection[tuple[object, ...]], key: dict[str, object]
) -> None:
    _begin(connection, str(key["account"]))
    _look_up(connection, key)
    connection.commit()


def _in_turns(ask: Callable[[str], None], runs: int) -> dict[str, float]:
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    for turn in range(WARM_UP + runs):
        for side in SIDES if turn % 2 else SIDES[::-1]:
            began = time.perf_counter()
            ask(side)
            if turn >= WARM_UP:
                times[side].append((time.perf_counter() - began) * 1e6)
    return {side: round(statistics.quantiles(taken, n=10)[0], 1) for side, taken in times.items()}
