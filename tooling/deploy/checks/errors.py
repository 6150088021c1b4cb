"""Whether more transactions fail since the deploy than before it."""

from collections.abc import Iterator

from tooling.deploy import record
from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning

_FEW = 20
_SHARE = 0.01


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    if given.since is None:
        yield warning(
            "not compared: no record of before",
            "Next time: tooling preflight --record FILE, then --since FILE.",
        )
        return
    before, now = given.since.counters, record.counters(connection)
    if now.commits < before.commits:
        yield warning(
            "not compared: the server's statistics were reset since the record",
            "Look at the server's log.",
        )
        return
    failed, done = now.rollbacks - before.rollbacks, now.commits - before.commits
    usual = before.rollbacks / max(before.rollbacks + before.commits, 1)
    share = failed / max(failed + done, 1)
    if failed >= _FEW and share > max(_SHARE, 2 * usual):
        yield error(
            f"{failed:,} of {failed + done:,} transactions since {given.since.at} failed,"
            f" {share:.1%}; before, {usual:.1%} did",
            "Read the server's log and the application's; roll back if it is the change.",
        )
    for what, count in (
        ("deadlocks", now.deadlocks - before.deadlocks),
        ("sessions ended by a fatal error", now.fatal - before.fatal),
        ("sessions ended by an administrator", now.killed - before.killed),
    ):
        if count > 0:
            yield warning(f"{count:,} {what} since {given.since.at}", "Read the server's log.")


CHECK = Check("errors", "Failed transactions, deadlocks and lost sessions since the record.", _look)
