"""Whether the benchmark's queries are planned as well as before the deploy."""

from collections.abc import Iterator

from tooling.deploy import planning
from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning

# Estimates move with the statistics; what a lost index costs is more than that.
_TIMES = 3.0
_SMALL = 100.0
_ANALYZE = "Run analyze on the tables and look again; else compare the plans with explain."


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    if given.since is None or not given.since.plans:
        why = "no record of before" if given.since is None else "the record has no plans"
        yield warning(
            f"not compared: {why}", "Next time: tooling preflight --record FILE, then --since FILE."
        )
        return
    now = planning.see(connection)
    for name, before in given.since.plans.items():
        if (after := now.get(name)) is None:
            yield error(f"{name}: cannot be asked any more", _ANALYZE)
            continue
        for table in sorted(set(after.scanned) - set(before.scanned)):
            yield error(f"{name}: reads all of {table}", _ANALYZE)
        if after.cost > _SMALL and after.cost > _TIMES * before.cost:
            yield error(f"{name}: costs {after.cost:,.0f}, not {before.cost:,.0f}", _ANALYZE)
        elif gone := sorted(set(before.indexes) - set(after.indexes)):
            yield warning(f"{name}: does not use {', '.join(gone)} any more", _ANALYZE)


CHECK = Check("plans", "Plans of the benchmark's queries, beside those before.", _look)
