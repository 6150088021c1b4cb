"""Whether what runs by itself still runs."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning

_FAILED = """
select s.job, s.last_outcome, s.is_late, coalesce(s.last_message, '')
  from ops.job_status as s
 where s.is_enabled
   and (s.is_late or s.last_outcome in ('failed', 'interrupted'))
 order by s.job
"""


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    if connection.execute("select to_regclass('ops.job_status')").fetchall() == [(None,)]:
        return
    with given.owned(connection, "eagle_operator") as house:
        failed = house.execute(_FAILED).fetchall()
    for job, outcome, is_late, message in failed:
        state = f"{outcome}: {message}" if outcome in ("failed", "interrupted") else "late"
        yield (error if is_late else warning)(
            f"job {job} is {state}", f"Run it and read what it says: tooling job run {job}"
        )


CHECK = Check("jobs", "Jobs that failed or are late.", _look)
