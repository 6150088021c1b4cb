"""The page docs/reference/benchmarks/writes.md and its plot."""

from pathlib import Path
from typing import Any

from tooling.laboratory import machine, mixed
from tooling.laboratory.mixed_run import GOAL
from tooling.laboratory.report import DOCS

_WIDTH, _HEIGHT, _LEFT, _TOP = 760, 330, 60, 30
_COLOURS = {"ours": "#2563a8", "tpcb": "#c2410c"}
_NAMES = {"ours": "write mix, with row security, audit and hash chain", "tpcb": "tpcb-like"}


def page(document: dict[str, Any]) -> str:
    """Return the page in Markdown."""
    command = f"tooling bench mixed --projects {document['projects']} --docs"
    shares = ", ".join(f"{name} {weight} %" for name, weight in mixed.WEIGHTS.items())
    met = "met" if document["ratio"] >= GOAL else "**missed**"
    lines = [
        "# Write-heavy mix",
        "",
        "![Transactions a second over clients](writes.svg)",
        "",
        machine.sentence(document, command),
        "",
        f"Requests of an application on {document['projects']:,} projects, each a durable"
        f" transaction sent by pgbench, prepared: {shares}. Ours goes through the functions of"
        " `app` as the application, with row security, audit events and hash chain; the baseline"
        f" writes its audit events itself. Each measurement takes {document['seconds']} s; with"
        f" {document['ours']['clients']} clients it is the median of three, in turns.",
        "",
        "| side | clients | transactions a second | mean, ms | failed |",
        "|---|--:|--:|--:|--:|",
    ]
    for side in ("ours", "baseline"):
        rate = document[side]
        lines.append(
            f"| {side} | {rate['clients']} | {rate['tps']:,.0f} | {rate['latency_ms']:.2f} |"
            f" {rate['failed']} |"
        )
    lines += ["", f"Ratio {document['ratio']}; the goal of {GOAL} is {met}.", ""]
    if document["curve"]:
        lines += [
            "| clients | write mix, a second | mean, ms | tpcb-like, a second | mean, ms |",
            "|--:|--:|--:|--:|--:|",
        ]
    for point in document["curve"]:
        ours, tpcb = point["ours"], point["tpcb"]
        lines.append(
            f"| {ours['clients']} | {ours['tps']:,.0f} | {ours['latency_ms']:.2f} |"
            f" {tpcb['tps']:,.0f} | {tpcb['latency_ms']:.2f} |"
        )
    return "\n".join(lines).rstrip() + "\n"


def plot(document: dict[str, Any]) -> str:
    """Return an SVG: transactions a second over clients, which double from tick to tick."""
    points = document["curve"]
    highest = max((point[side]["tps"] for point in points for side in _COLOURS), default=1.0)
    step = (_WIDTH - _LEFT - 20) / max(len(points) - 1, 1)
    bottom = _HEIGHT - 40

    def place(number: int, tps: float) -> tuple[float, float]:
        return _LEFT + number * step, bottom - (bottom - _TOP) * tps / highest

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{bottom}" y2="{bottom}" stroke="#666"/>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{highest:,.0f}</text>',
        f'<text x="{_LEFT - 6}" y="{bottom + 4}" text-anchor="end">0</text>',
        f'<text x="{_WIDTH - 20}" y="{_HEIGHT - 6}" text-anchor="end">clients</text>',
    ]
    for number, point in enumerate(points):
        x, _ = place(number, 0)
        clients = point["ours"]["clients"]
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{clients}</text>')
    for row, (side, colour) in enumerate(_COLOURS.items()):
        line = " ".join(
            f"{x:.1f},{y:.1f}"
            for x, y in (place(n, point[side]["tps"]) for n, point in enumerate(points))
        )
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{_LEFT + 10}" y="{14 + 14 * row}" fill="{colour}">{_NAMES[side]}, '
            "transactions a second</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def write(document: dict[str, Any], folder: Path = DOCS) -> None:
    """Write writes.md and writes.svg into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "writes.md").write_text(page(document), encoding="utf-8")
    (folder / "writes.svg").write_text(plot(document), encoding="utf-8")
