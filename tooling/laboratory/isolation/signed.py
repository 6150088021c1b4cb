"""What comparing accounts first and checking signatures adds to a look-up of a project by key."""

import hmac
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import psycopg

from tooling.errors import ToolingError
from tooling.laboratory.isolation import sides
from tooling.laboratory.isolation.outcome import Outcome
from tooling.laboratory.isolation.sides import Connection

LOOKUP = (
    "select project_id, name, status, etag from app.projects"
    " where account_id = %(account)s and project_id = %(project)s"
)
SIDES = ("before", "unsigned", "signed")
LIMIT = 1.05
SECRET = b"\x2a" * 32
WARM_UP = 200
ASKED = 500
Asker = Callable[[Connection, dict[str, object]], None]


@dataclass(frozen=True)
class Cost:
    """The microseconds of each side, median over rounds, and quartiles of signed to before."""

    us: dict[str, float]
    ratios: tuple[float, float, float]


def measure(dsn: str, rounds: int) -> Outcome:
    """Return what a look-up costs each side, and what a transaction with one costs.

    Each side is a copy of the database. A round opens a connection a side, asks 500 times over each
    in turns, and takes the median of each; quartiles over all rounds show how far they differ.
    """
    with psycopg.connect(dsn) as owner:
        query = "select account_id, project_id from app.projects limit 1"
        account, project = owner.execute(query).fetchall()[0]
    key = {"account": account, "project": project}
    taken: dict[str, list[dict[str, float]]] = {"look-up": [], "transaction": []}
    with sides.copies(dsn, SIDES, _prepare) as urls:
        for turn in range(rounds):
            with sides.connections(urls, turn) as asked:
                taken["transaction"].append(_round(asked, key, _transaction))
                for connection in asked.values():
                    _begin(connection, str(account))
                taken["look-up"].append(_round(asked, key, _look_up))
    costs = {name: _summary(found) for name, found in taken.items()}
    rows = []
    for name, cost in costs.items():
        low, middle, high = cost.ratios
        cells = (f"{cost.us[side]:.1f}" for side in SIDES)
        rows.append((f"{name}, us", *cells, f"{middle:.2f} ({low:.2f}-{high:.2f})"))
    return Outcome(
        ("what", *SIDES, "signed to before (quartiles)"),
        rows,
        {name: asdict(cost) for name, cost in costs.items()},
        is_over=costs["look-up"].ratios[1] > LIMIT,
    )


def _summary(found: list[dict[str, float]]) -> Cost:
    ratios = statistics.quantiles([times["signed"] / times["before"] for times in found], n=4)
    return Cost(
        {side: round(statistics.median(times[side] for times in found), 1) for side in SIDES},
        (round(ratios[0], 3), round(ratios[1], 3), round(ratios[2], 3)),
    )


def _prepare(owner: Connection, side: str) -> None:
    if side == "before":
        sides.compare_only(owner)
    if side == "signed":
        owner.execute("select ops.add_account_key('bench', %s)", [SECRET])
        owner.execute("select ops.require_signed_accounts(true)")


def _begin(connection: Connection, account: str) -> None:
    """Set what the API sets at the beginning of each transaction."""
    expires = int(time.time()) + 60
    text = f"{account}\n{expires}\nana@example.com".encode()
    mac = hmac.new(SECRET, text, "sha256").hexdigest()
    connection.execute(
        "select app.begin_work(%s, %s, %s)", [account, "ana@example.com", f"bench.{expires}.{mac}"]
    )


def _look_up(connection: Connection, key: dict[str, object]) -> None:
    if not connection.execute(LOOKUP, key).fetchall():
        raise ToolingError(f"the look-up does not find the project {key['project']}")


def _transaction(connection: Connection, key: dict[str, object]) -> None:
    _begin(connection, str(key["account"]))
    _look_up(connection, key)
    connection.commit()


def _round(asked: dict[str, Connection], key: dict[str, object], ask: Asker) -> dict[str, float]:
    """Ask every side in turns; return the median microseconds of each."""
    times: dict[str, list[float]] = {side: [] for side in asked}
    sides = list(asked.items())
    for turn in range(WARM_UP + ASKED):
        for side, connection in sides if turn % 2 else sides[::-1]:
            began = time.perf_counter()
            ask(connection, key)
            if turn >= WARM_UP:
                times[side].append((time.perf_counter() - began) * 1e6)
    return {side: statistics.median(taken) for side, taken in times.items()}
