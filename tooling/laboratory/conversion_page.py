"""The page docs/reference/benchmarks/conversion.md."""

from typing import Any

from tooling.laboratory import pages
from tooling.laboratory.conversion import GOAL_MS


def of(document: dict[str, Any]) -> dict[str, str]:
    """Return the page, by the name of its file."""
    filled = ", ".join(f"{count:,} in {name}" for name, count in document["rows"].items())
    longest = document["locks"][0]["milliseconds"] if document["locks"] else 0.0
    locks = [
        (one["relation"], one["mode"], f"{one['milliseconds']:.0f}") for one in document["locks"]
    ]
    requests = []
    for name, which in (("before the migration", "alone"), ("while it runs", "during")):
        seen = document[which]
        times = (f"{seen['median_ms']:.1f}", f"{seen['p99_ms']:.1f}", f"{seen['slowest_ms']:.0f}")
        requests.append((name, f"{seen['requests']:,}", *times, seen["slowest"]))
    heads = ("requests", ">number", ">median, ms", ">p99, ms", ">slowest, ms", "which")
    command = f"tooling bench conversion --projects {document['projects']} --docs"
    lines = [
        "# Partitioning a filled database in use",
        pages.sentence(document, command),
        f"Migration 7 met {filled}, and {document['rate']:.0f} requests a second from 4 clients,"
        " half of which save a design, append an event or change a project. It took"
        f" {document['seconds']:,.0f} s.",
        f"Longest lock that keeps writers out: {longest:.0f} ms; the goal of {GOAL_MS} ms is"
        f" {'met' if longest <= GOAL_MS else '**missed**'}.\n"
        "Locks are looked at every 4 ms; a time is an upper bound.",
        pages.table(("relation", "lock", ">longest, ms"), locks),
        "A request's time runs from when it was due, so that waiting behind another one counts.",
        pages.table(heads, requests),
        f"Requests that failed: {len(document['failures'])}. Afterwards every acknowledged row was"
        " there once.",
    ]
    return {"conversion.md": "\n\n".join(lines) + "\n"}
