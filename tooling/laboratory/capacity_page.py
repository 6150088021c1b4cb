"""The page docs/reference/benchmarks/capacity.md: estimates from what two benchmarks measured.

What is assumed of users and data stands here by name, and in the page.
"""

from typing import Any

from tooling.errors import InputError
from tooling.laboratory import pages

SIZES = (100_000, 1_000_000, 10_000_000)
REQUESTS_A_MINUTE = 2.0
"""Requests of an active user in the busiest hour."""
HEADROOM = 0.5
"""Share of the measured rate to plan with; the rest is for peaks, vacuum and backups."""
HOT = 0.2
"""Share of the bytes that is in use within a day: recent projects, and their part of indexes."""
CLIENTS_A_POOL = 4.0
"""Connections for each request that is under way, so that a slow one delays no other."""


def of(mixed: dict[str, Any], classes: dict[str, Any]) -> dict[str, str]:
    """Return the page, by the name of its file, from the results of both benchmarks.

    Raises InputError if one of them lacks a figure that the estimate needs.
    """
    best = _best(mixed)
    size, used = _largest(classes)
    bytes_a_project = used / size
    rate = best["tps"] * HEADROOM
    users = rate * 60 / REQUESTS_A_MINUTE
    under_way = rate * best["latency_ms"] / 1000
    requests = [
        (
            "best rate of the write mix, a second",
            f"{best['tps']:,.0f}",
            f"measured, with {best['clients']} clients on {mixed['projects']:,} projects",
        ),
        ("planned with, a second", f"{rate:,.0f}", f"{HEADROOM:.0%} of it: assumed"),
        ("a user who works sends, a minute", f"{REQUESTS_A_MINUTE:.0f}", "assumed"),
        ("users who work at once", f"{users:,.0f}", f"{rate:,.0f} x 60 / {REQUESTS_A_MINUTE:.0f}"),
        ("mean time of a request, ms", f"{best['latency_ms']:.2f}", "measured, at that rate"),
        (
            "requests under way at once",
            f"{under_way:,.1f}",
            f"{rate:,.0f} x {best['latency_ms']:.2f} / 1000",
        ),
        (
            "connections of the pooler to the server",
            f"{under_way * CLIENTS_A_POOL:,.0f}",
            f"{under_way:,.1f} x {CLIENTS_A_POOL:.0f}: assumed",
        ),
    ]
    gigabytes = {count: count * bytes_a_project / 2**30 for count in SIZES}
    disk = [
        (f"{count:,}", f"{all_of_it:,.1f}", f"{all_of_it * HOT:,.1f}")
        for count, all_of_it in gigabytes.items()
    ]
    lines = [
        "# Capacity of one server",
        "Written by `tooling bench capacity --docs` from the figures of `tooling bench mixed`"
        f" ({mixed['when']}) and `tooling bench classes` ({classes['when']}), on"
        f" {mixed['machine']}, PostgreSQL {mixed['postgresql']}."
        " [Scaling](../../explanation/scaling.md) says what follows from it.",
        "## Requests",
        pages.table(("figure", ">value", "from"), requests),
        "## Data",
        f"{used / 2**20:,.0f} MB with indexes at {size:,} projects, measured:"
        f" {bytes_a_project:,.0f} bytes a project, with its designs and events.",
        pages.table((">projects", ">disk, GB", ">in use within a day, GB"), disk),
        f"In use within a day: {HOT:.0%} of the bytes, assumed.",
    ]
    return {"capacity.md": "\n\n".join(lines) + "\n"}


def _best(mixed: dict[str, Any]) -> dict[str, Any]:
    points = [point["ours"] for point in mixed.get("curve", ())]
    if not points:
        raise InputError(
            "the write mix was measured without a curve",
            hint="Run `tooling bench mixed` with its curve.",
        )
    return max(points, key=lambda point: float(point["tps"]))


def _largest(bench: dict[str, Any]) -> tuple[int, int]:
    sizes = [(int(disk["size"]), int(disk["ours"])) for disk in bench.get("disk", ())]
    if not sizes:
        raise InputError("no database was measured", hint="Run `tooling bench classes`.")
    return max(sizes)
