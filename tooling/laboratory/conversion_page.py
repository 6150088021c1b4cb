"""The page docs/reference/benchmarks/conversion.md."""

from pathlib import Path
from typing import Any

from tooling.laboratory import machine
from tooling.laboratory.conversion import GOAL_MS
from tooling.laboratory.report import DOCS


def page(document: dict[str, Any]) -> str:
    """Return the page in Markdown."""
    rows = ", ".join(f"{count:,} in {name}" for name, count in document["rows"].items())
    longest = document["locks"][0] if document["locks"] else {"milliseconds": 0.0}
    met = "met" if longest["milliseconds"] <= GOAL_MS else "**missed**"
    lines = [
        "# Partitioning a filled database in use",
        "",
        machine.sentence(
            document, f"tooling bench conversion --projects {document['projects']} --docs"
        ),
        "",
        f"Migration 7 met {rows}, and {document['rate']:.0f} requests a second from 4 clients, half"
        " of which save a design, append an event or change a project. It took"
        f" {document['seconds']:,.0f} s.",
        "",
        f"Longest lock that keeps writers out: {longest['milliseconds']:.0f} ms; the goal of"
        f" {GOAL_MS} ms is {met}.",
        "Locks are looked at every 4 ms; a time is an upper bound.",
        "",
        "| relation | lock | longest, ms |",
        "|---|---|--:|",
        *(
            f"| {held['relation']} | {held['mode']} | {held['milliseconds']:.0f} |"
            for held in document["locks"]
        ),
        "",
        "A request's time runs from when it was due, so that waiting behind another one counts.",
        "",
        "| requests | number | median, ms | p99, ms | slowest, ms | which |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for name, which in (("before the migration", "alone"), ("while it runs", "during")):
        seen = document[which]
        lines.append(
            f"| {name} | {seen['requests']:,} | {seen['median_ms']:.1f} | {seen['p99_ms']:.1f} |"
            f" {seen['slowest_ms']:.0f} | {seen['slowest']} |"
        )
    lines += [
        "",
        f"Requests that failed: {len(document['failures'])}. Afterwards every acknowledged row was"
        " there once.",
    ]
    return "\n".join(lines) + "\n"


def write(document: dict[str, Any], folder: Path = DOCS) -> None:
    """Write conversion.md into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conversion.md").write_text(page(document), encoding="utf-8")
