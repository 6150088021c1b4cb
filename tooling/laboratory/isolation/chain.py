"""What verifying all chains costs, in the database and by the program, beside a bare scan."""

import time
from collections.abc import Callable

import psycopg

from tooling.audit.verify import verify
from tooling.errors import ToolingError
from tooling.laboratory.isolation.outcome import Outcome

_SCAN = "select count(*), sum(octet_length(data::text)) from app.project_events"


def measure(dsn: str, _runs: int) -> Outcome:
    """Time each once. Raises ToolingError if a chain does not verify."""
    times: dict[str, float] = {}
    problems: list[object] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        query = "select sum(position) from app.event_chains"
        events = float(connection.execute(query).fetchall()[0][0])

        def clock(name: str, work: Callable[[], object]) -> None:
            began = time.perf_counter()
            work()
            times[name] = round(time.perf_counter() - began, 6)

        connection.execute(_SCAN)
        clock("scan", lambda: connection.execute(_SCAN).fetchall())
        all_of_it = "select * from ops.verify_event_chain()"
        clock("one query", lambda: problems.extend(connection.execute(all_of_it).fetchall()))
        clock("program", lambda: problems.extend(verify(connection)[1]))
    if problems:
        raise ToolingError(f"the chains are not sound: {problems[:3]}", hint="tooling audit verify")
    return Outcome(
        ("what", "seconds", "events a second"),
        [(name, f"{seconds:.1f}", f"{events / seconds:,.0f}") for name, seconds in times.items()],
        {"events": events, **times},
    )
