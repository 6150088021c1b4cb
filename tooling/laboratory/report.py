"""The figures as a Markdown table and a plot, for docs/reference/benchmarks/results.md."""

from pathlib import Path
from typing import Any

from tooling.laboratory import machine

DOCS = Path("docs/reference/benchmarks")
_WIDTH, _BAR, _LEFT = 760, 15, 170


def table(document: dict[str, Any]) -> str:
    """Return a Markdown table of every class at every size, and of the disk used."""
    lines = [
        machine.sentence(document, "make bench"),
        "",
        "| class | projects | ours ms | p99 | baseline ms | p99 | times faster | goal | growth |"
        " planning ms | buffers | baseline buffers | cold ms | baseline cold ms |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in document["rows"]:
        ours, base = row["ours"], row["baseline"]
        lines.append(
            f"| {row['class']} | {row['size']:,} | {row['ours_ms']:.2f} | {ours['p99_ms']:.2f} |"
            f" {row['baseline_ms']:.2f} | {base['p99_ms']:.2f} | {row['ratio']:.1f} |"
            f" {row['goal']:.1f} | {row['growth'] or '-'} | {ours['planning_ms']:.2f} |"
            f" {ours['buffers']} | {base['buffers']} | {row['ours_cold_ms']:.1f} |"
            f" {row['baseline_cold_ms']:.1f} |"
        )
    lines += ["", "| projects | ours MB | baseline MB | ratio |", "|--:|--:|--:|--:|"]
    for used in document["disk"]:
        lines.append(
            f"| {used['size']:,} | {used['ours'] / 2**20:,.0f} | {used['baseline'] / 2**20:,.0f} |"
            f" {used['ratio']} |"
        )
    lines += [
        "",
        "`ops.refresh_project_stats()` beside 100 reads of the view a second by the application:",
        "",
        "| projects | refresh, s | reads | slowest read, ms | slowest read alone, ms | failed |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for used in document["disk"]:
        seen = used["refresh"]
        lines.append(
            f"| {used['size']:,} | {seen['seconds']:.2f} | {seen['reads']:,} |"
            f" {seen['slowest_ms']:.1f} | {seen['alone_slowest_ms']:.1f} |"
            f" {len(seen['failures'])} |"
        )
    return "\n".join(lines) + "\n"


def plot(document: dict[str, Any]) -> str:
    """Return an SVG: how many times faster than the baseline, a bar a class at the largest size."""
    size = max(row["size"] for row in document["rows"])
    rows = [row for row in document["rows"] if row["size"] == size]
    scale = (_WIDTH - _LEFT - 70) / max(row["ratio"] for row in rows) ** 0.5
    height = 40 + len(rows) * (_BAR + 9)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<text x="{_LEFT}" y="20">times faster than plain tables at {size:,} projects '
        "(length: square root; line: goal)</text>",
    ]
    for number, row in enumerate(rows):
        y = 34 + number * (_BAR + 9)
        length = scale * row["ratio"] ** 0.5
        goal = _LEFT + scale * row["goal"] ** 0.5
        parts.append(
            f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{row["class"]}</text>'
            f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" fill="#2563a8"/>'
            f'<line x1="{goal:.1f}" x2="{goal:.1f}" y1="{y - 3}" y2="{y + _BAR + 3}" '
            'stroke="#c2410c" stroke-width="2"/>'
            f'<text x="{_LEFT + length + 5:.1f}" y="{y + 12}">{row["ratio"]:.1f}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def write_docs(document: dict[str, Any], folder: Path = DOCS) -> None:
    """Write results.md and ratios.svg into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "# Results\n\n![Times faster than plain tables](ratios.svg)\n\n" + table(document)
    (folder / "results.md").write_text(text, encoding="utf-8")
    (folder / "ratios.svg").write_text(plot(document), encoding="utf-8")
