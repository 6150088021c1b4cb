"""What comparing accounts first adds to the query classes of `make bench`."""

from dataclasses import dataclass
from statistics import median, median_grouped

import psycopg

from tooling.laboratory import measure as measuring
from tooling.laboratory.classes import CLASSES
from tooling.laboratory.isolation import sides
from tooling.laboratory.isolation.sides import Connection
from tooling.laboratory.synthetic.dataset import UNTIL
from tooling.queries.application import TYPES
from tooling.queries.parameters import Parameters, choose

SIDES = ("before", "now")
ROUNDS = 5
RESOLUTION_MS = 0.001


@dataclass(frozen=True)
class Cost:
    """Milliseconds of execution by the server's own account: medians over rounds, and the ratio."""

    query: str
    before: float
    now: float
    ratio: float


def measure(dsn: str, runs: int) -> list[Cost]:
    """Ask every class of both copies of the database in turns, with new connections each round."""
    with psycopg.connect(dsn, autocommit=True) as owner:
        asked = choose(owner, UNTIL)
    found: dict[str, list[dict[str, float]]] = {one.name: [] for one in CLASSES}
    with sides.copies(dsn, SIDES, _prepare) as urls:
        for turn in range(ROUNDS):
            with sides.connections(urls, turn) as connections:
                for one in CLASSES:
                    for connection in connections.values():
                        connection.execute(f"prepare ours ({TYPES}) as {one.ours}".encode())
                    found[one.name].append(_round(connections, asked, runs))
                    for connection in connections.values():
                        connection.execute("deallocate ours")
    return [
        Cost(
            name,
            round(median(times["before"] for times in rounds), 4),
            round(median(times["now"] for times in rounds), 4),
            round(median(times["now"] / times["before"] for times in rounds), 2),
        )
        for name, rounds in found.items()
    ]


def _prepare(owner: Connection, side: str) -> None:
    if side == "before":
        sides.compare_only(owner)
    owner.execute("vacuum (analyze)")


def _round(
    connections: dict[str, Connection], asked: list[Parameters], runs: int
) -> dict[str, float]:
    times: dict[str, list[float]] = {side: [] for side in connections}
    sides = list(connections.items())
    for turn in range(runs + 1):
        for parameters in asked:
            for side, connection in sides if turn % 2 else sides[::-1]:
                plan = measuring.explain(connection, "ours", parameters)
                if turn:
                    times[side].append(plan["Execution Time"])
    return {side: median_grouped(taken, interval=RESOLUTION_MS) for side, taken in times.items()}
