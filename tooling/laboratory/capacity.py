"""How far a server like the measured one goes: arithmetic on what two benchmarks wrote.

What is assumed of users and data stands here by name, and in the page.
"""

from pathlib import Path
from typing import Any

from tooling.errors import InputError
from tooling.laboratory.report import DOCS

SIZES = (100_000, 1_000_000, 10_000_000)
REQUESTS_A_MINUTE = 2.0
"""What somebody who is working sends in the busiest hour."""
HEADROOM = 0.5
"""Share of the measured rate that is planned with: the rest is for peaks, vacuum and backups."""
HOT = 0.2
"""Share of the bytes that is in use within a day: recent projects, and their part of indexes."""
CLIENTS_A_POOL = 4.0
"""Connections for each request that is under way, so that one that is slow keeps nobody waiting."""


def page(mixed: dict[str, Any], bench: dict[str, Any]) -> str:
    """Return docs/reference/benchmarks/capacity.md from the documents of both benchmarks.

    Raises InputError if one of them lacks a figure that the estimate needs.
    """
    best = _best(mixed)
    size, used = _largest(bench)
    bytes_a_project = used / size
    rate = best["tps"] * HEADROOM
    users = rate * 60 / REQUESTS_A_MINUTE
    under_way = rate * best["latency_ms"] / 1000
    lines = [
        "# Capacity of one server",
        "",
        "Written by `tooling bench capacity --docs` from the figures of `tooling bench mixed`"
        f" ({mixed['when']}) and `tooling bench classes` ({bench['when']}), on {mixed['machine']},"
        f" PostgreSQL {mixed['postgresql']}. [Scaling](../../explanation/scaling.md) says what"
        " follows from it.",
        "",
        "## Requests",
        "",
        "| | | from |",
        "|---|--:|---|",
        f"| best rate of the write mix, a second | {best['tps']:,.0f} |"
        f" measured, with {best['clients']} clients on {mixed['projects']:,} projects |",
        f"| planned with, a second | {rate:,.0f} | {HEADROOM:.0%} of it: assumed |",
        f"| a user who works sends, a minute | {REQUESTS_A_MINUTE:.0f} | assumed |",
        f"| users who work at once | {users:,.0f} | {rate:,.0f} x 60 / {REQUESTS_A_MINUTE:.0f} |",
        f"| mean time of a request, ms | {best['latency_ms']:.2f} | measured, at that rate |",
        f"| requests under way at once | {under_way:,.1f} |"
        f" {rate:,.0f} x {best['latency_ms']:.2f} / 1000 |",
        f"| connections of the pooler to the server | {under_way * CLIENTS_A_POOL:,.0f} |"
        f" {under_way:,.1f} x {CLIENTS_A_POOL:.0f}: assumed |",
        "",
        "## Data",
        "",
        f"{used / 2**20:,.0f} MB with indexes at {size:,} projects, measured:"
        f" {bytes_a_project:,.0f} bytes a project, with its designs and events.",
        "",
        "| projects | disk, GB | in use within a day, GB |",
        "|--:|--:|--:|",
    ]
    lines += [
        f"| {count:,} | {count * bytes_a_project / 2**30:,.1f} |"
        f" {count * bytes_a_project * HOT / 2**30:,.1f} |"
        for count in SIZES
    ]
    lines += ["", f"In use within a day: {HOT:.0%} of the bytes, assumed."]
    return "\n".join(lines) + "\n"


def write(text: str, folder: Path = DOCS) -> None:
    """Write capacity.md into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "capacity.md").write_text(text, encoding="utf-8")


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
