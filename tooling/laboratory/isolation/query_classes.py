"""What comparing accounts first adds to the query classes of `make bench`."""

from dataclasses import asdict, dataclass
from statistics import median

import psycopg

from tooling.laboratory import measure as measuring
from tooling.laboratory.classes import CLASSES
from tooling.laboratory.isolation import sides
from tooling.laboratory.isolation.outcome import LIMIT, Outcome
from tooling.laboratory.isolation.sides import Connection
from tooling.laboratory.synthetic.dataset import UNTIL
from tooling.queries.parameters import choose

SIDES = ("before", "now")
ROUNDS = 5


@dataclass(frozen=True)
class Cost:
    """Milliseconds of execution by the server's own account: medians over rounds, and the ratio."""

    query: str
    before: float
    now: float
    ratio: float


def measure(dsn: str, runs: int) -> Outcome:
    """Ask every class of both copies of the database in turns, with new connections each round."""
    with psycopg.connect(dsn, autocommit=True) as owner:
        asked = choose(owner, UNTIL)
    found: dict[str, list[dict[str, float]]] = {one.name: [] for one in CLASSES}
    with sides.copies(dsn, SIDES, _prepare) as urls:
        for turn in range(ROUNDS):
            with sides.connections(urls, turn) as connections:
                databases = [measuring.Database(*each, asked) for each in connections.items()]
                for one in CLASSES:
                    timings = measuring.times(databases, one, ["ours"], runs)
                    found[one.name].append(
                        {side: timings[side, "ours"].median_ms for side in SIDES}
                    )
    costs = [_cost(name, rounds) for name, rounds in found.items()]
    return Outcome(
        ("query", "before, ms", "now, ms", "now to before"),
        [(one.query, f"{one.before:.4f}", f"{one.now:.4f}", f"{one.ratio:.2f}") for one in costs],
        [asdict(one) for one in costs],
        is_over=any(one.ratio > LIMIT for one in costs),
    )


def _cost(name: str, rounds: list[dict[str, float]]) -> Cost:
    before, now = (round(median(times[side] for times in rounds), 4) for side in SIDES)
    return Cost(name, before, now, round(median(one["now"] / one["before"] for one in rounds), 2))


def _prepare(owner: Connection, side: str) -> None:
    if side == "before":
        sides.compare_only(owner)
    owner.execute("vacuum (analyze)")
