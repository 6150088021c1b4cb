"""The page docs/reference/benchmarks/writes.md and its plot."""

from typing import Any

from tooling.laboratory import mixed, pages
from tooling.laboratory.mixed_run import GOAL

_WIDTH, _HEIGHT, _LEFT, _TOP = 760, 330, 60, 30
_COLOURS = {"ours": "#2563a8", "tpcb": "#c2410c"}
_NAMES = {"ours": "write mix, with row security, audit and hash chain", "tpcb": "tpcb-like"}
_SIDES = ("side", ">clients", ">transactions a second", ">mean, ms", ">failed")
_CURVE = (">clients", ">write mix, a second", ">mean, ms", ">tpcb-like, a second", ">mean, ms")


def of(document: dict[str, Any]) -> dict[str, str]:
    """Return the page and the plot, by the names of their files."""
    return {"writes.md": page(document), "writes.svg": plot(document)}


def page(document: dict[str, Any]) -> str:
    """Return the page in Markdown."""
    shares = ", ".join(f"{name} {weight} %" for name, weight in mixed.WEIGHTS.items())
    sides = [
        (
            side,
            str(document[side]["clients"]),
            *_rate(document[side]),
            str(document[side]["failed"]),
        )
        for side in ("ours", "plain")
    ]
    points = [
        (str(point["ours"]["clients"]), *_rate(point["ours"]), *_rate(point["tpcb"]))
        for point in document["curve"]
    ]
    command = f"tooling bench mixed --projects {document['projects']} --docs"
    lines = [
        "# Write-heavy mix",
        "![Transactions a second over clients](writes.svg)",
        pages.sentence(document, command),
        f"Requests of an application on {document['projects']:,} projects, each a durable"
        f" transaction sent by pgbench, prepared: {shares}. Ours goes through the functions of"
        " `app` as the application, with row security, audit events and hash chain; with plain"
        " tables each request writes its audit event itself. Each measurement takes"
        f" {document['seconds']} s; with {document['ours']['clients']} clients it is the median of"
        " three, in turns.",
        pages.table(_SIDES, sides),
        f"Ratio {document['ratio']}; the goal of {GOAL} is"
        f" {'met' if document['ratio'] >= GOAL else '**missed**'}.",
    ]
    if points:
        lines.append(pages.table(_CURVE, points))
    return "\n\n".join(lines) + "\n"


def _rate(rate: dict[str, float]) -> tuple[str, str]:
    return f"{rate['tps']:,.0f}", f"{rate['latency_ms']:.2f}"


def plot(document: dict[str, Any]) -> str:
    """Return an SVG: transactions a second over clients, which double from tick to tick."""
    points = document["curve"]
    highest = max((point[side]["tps"] for point in points for side in _COLOURS), default=1.0)
    step = (_WIDTH - _LEFT - 20) / max(len(points) - 1, 1)
    bottom = _HEIGHT - 40
    parts = [
        f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{bottom}" y2="{bottom}" stroke="#666"/>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{highest:,.0f}</text>',
        f'<text x="{_LEFT - 6}" y="{bottom + 4}" text-anchor="end">0</text>',
        f'<text x="{_WIDTH - 20}" y="{_HEIGHT - 6}" text-anchor="end">clients</text>',
    ]
    for number, point in enumerate(points):
        x, clients = _LEFT + number * step, point["ours"]["clients"]
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{clients}</text>')
    for row, (side, colour) in enumerate(_COLOURS.items()):
        heights = [bottom - (bottom - _TOP) * point[side]["tps"] / highest for point in points]
        line = " ".join(f"{_LEFT + n * step:.1f},{y:.1f}" for n, y in enumerate(heights))
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{_LEFT + 10}" y="{14 + 14 * row}" fill="{colour}">{_NAMES[side]}, '
            "transactions a second</text>"
        )
    return pages.svg(_WIDTH, _HEIGHT, parts)
