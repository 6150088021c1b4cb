"""The page docs/reference/benchmarks/results.md and its plot."""

from typing import Any

from tooling.laboratory import pages

_WIDTH, _BAR, _LEFT = 760, 15, 170
_HEADS = (
    "class", ">projects", ">ours ms", ">p99", ">plain ms", ">p99", ">times faster", ">goal",
    ">growth", ">planning ms", ">buffers", ">plain buffers", ">cold ms", ">plain cold ms",
)  # fmt: skip
_REFRESH = (
    *(">projects", ">refresh, s", ">reads", ">slowest read, ms", ">slowest read alone, ms"),
    ">failed",
)


def of(document: dict[str, Any]) -> dict[str, str]:
    """Return the page and the plot, by the names of their files."""
    return {"results.md": page(document), "ratios.svg": plot(document)}


def page(document: dict[str, Any]) -> str:
    """Return every class at every size, the disk used, and the refresh of the view."""
    rows, disk, refresh = [], [], []
    for row in document["rows"]:
        ours, plain = row["ours"], row["plain"]
        rows.append(
            (
                row["class"], f"{row['size']:,}", f"{row['ours_ms']:.2f}", f"{ours['p99_ms']:.2f}",
                f"{row['plain_ms']:.2f}", f"{plain['p99_ms']:.2f}", f"{row['ratio']:.1f}",
                f"{row['goal']:.1f}", f"{row['growth'] or '-'}", f"{ours['planning_ms']:.2f}",
                str(ours["buffers"]), str(plain["buffers"]), f"{row['ours_cold_ms']:.1f}",
                f"{row['plain_cold_ms']:.1f}",
            )
        )  # fmt: skip
    for used in document["disk"]:
        size, seen = f"{used['size']:,}", used["refresh"]
        megabytes = (f"{used[side] / 2**20:,.0f}" for side in ("ours", "plain"))
        disk.append((size, *megabytes, str(used["ratio"])))
        times = (f"{seen[of]:.1f}" for of in ("slowest_ms", "alone_slowest_ms"))
        count, failed = f"{seen['reads']:,}", str(len(seen["failures"]))
        refresh.append((size, f"{seen['seconds']:.2f}", count, *times, failed))
    lines = [
        "# Results",
        "![Times faster than plain tables](ratios.svg)",
        pages.sentence(document, "make bench"),
        pages.table(_HEADS, rows),
        pages.table((">projects", ">ours MB", ">plain MB", ">ratio"), disk),
        "`ops.refresh_project_stats()` beside 100 reads of the view a second by the application:",
        pages.table(_REFRESH, refresh),
    ]
    return "\n\n".join(lines) + "\n"


def plot(document: dict[str, Any]) -> str:
    """Return an SVG: how many times faster than plain tables, a bar a class at the largest size."""
    size = max(row["size"] for row in document["rows"])
    rows = [row for row in document["rows"] if row["size"] == size]
    scale = (_WIDTH - _LEFT - 70) / max(row["ratio"] for row in rows) ** 0.5
    parts = [
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
    return pages.svg(_WIDTH, 40 + len(rows) * (_BAR + 9), parts)
