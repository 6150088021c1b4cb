"""The write mix on both sides in turns, and its curve over numbers of clients beside tpcb-like."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from tooling.laboratory import machine, mixed, run
from tooling.server.server import Server

GOAL = 1.2
SETTINGS = {**run.SETTINGS, "max_connections": "100"}
_ROUNDS = 3
_TPCB = ["-b", "tpcb-like"]


def measure(
    server: Server,
    projects: int,
    clients: int,
    seconds: int,
    curve: list[int],
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Return the median rate of each side with `clients`, and that of ours at each point.

    The server is durable and started with SETTINGS. Each measurement takes `seconds`.
    """
    run.fill(server, "mixed", projects, tell)
    with psycopg.connect(server.url("mixed"), autocommit=True) as connection:
        targets = mixed.prepare(connection)
        connection.execute("checkpoint")
    rates: dict[str, list[mixed.Rate]] = {"plain": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder:
        sides = {side: mixed.write_scripts(Path(folder), side, targets) for side in rates}
        for _ in range(_ROUNDS):
            for side, found in rates.items():
                tell(f"{side}, {clients} clients")
                found.append(mixed.run(server, "mixed", sides[side], clients, seconds))
        if curve:
            mixed.initialize(server, "postgres", max(curve))
        points = []
        for point in curve:
            tell(f"curve, {point} clients")
            ours = mixed.run(server, "mixed", sides["ours"], point, seconds)
            theirs = mixed.run(server, "postgres", _TPCB, point, seconds, "postgres")
            points.append({"ours": asdict(ours), "tpcb": asdict(theirs)})
    middle = {side: _median(found) for side, found in rates.items()}
    return {
        **machine.facts(server),
        "projects": projects,
        "seconds": seconds,
        "ours": asdict(middle["ours"]),
        "plain": asdict(middle["plain"]),
        "ratio": round(middle["ours"].tps / middle["plain"].tps, 2),
        "curve": points,
    }


def _median(rates: list[mixed.Rate]) -> mixed.Rate:
    middle = median(rate.tps for rate in rates)
    return next(rate for rate in rates if rate.tps == middle)
