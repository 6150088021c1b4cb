"""Whether there is something to go back to: a fresh, checked backup and the WAL since."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tooling.backup import barman, catalog, follow, identity, settings
from tooling.deploy.findings import Check, Connection, Finding, Given, error

_LATE = "select late_after from ops.jobs where job = 'backup'"
_DEFAULT = timedelta(hours=30)
_TAKE = "Take one: tooling backup run"


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    chosen = settings.load(given.settings.root)
    done = [one for one in catalog.backups(chosen) if one.is_done]
    known, here = identity.system_of(chosen), identity.system(connection)
    if known not in (None, here):
        yield error(
            f"the backups in {chosen.home} are of another server: its system identifier is "
            f"{known}, that of this one is {here}",
            "Name the folder of this server's backups in TOOLING_BACKUP_HOME, or take one there",
        )
        return
    if not done:
        yield error(f"there is no backup in {chosen.home}", _TAKE)
        return
    newest = done[-1]
    age = datetime.now(UTC) - (newest.end_time or datetime.min.replace(tzinfo=UTC))
    if age > (limit := _limit(connection, given)):
        yield error(f"the newest backup is {_hours(age)} old, not {_hours(limit)}", _TAKE)
    if newest.problem:
        yield error(
            f"backup {newest.backup_id} is damaged: {newest.problem}",
            "Take a full one: tooling backup run --full",
        )
    elif newest.checked_at is None:
        yield error(f"backup {newest.backup_id} is not checked", "Read it: tooling backup verify")
    timeline = identity.timeline(connection)
    if timeline is not None and (due := follow.backup_due(chosen, timeline)):
        yield error(due, "Take a full one: tooling backup reset-receiver")
    if barman.receiving(connection) is None:
        yield error(
            "nobody receives WAL: what is committed now is in no backup",
            "Start the receiver: tooling backup receive",
        )


def _limit(connection: Connection, given: Given) -> timedelta:
    if not connection.execute("select to_regclass('ops.jobs')").fetchall()[0][0]:
        return _DEFAULT
    with given.owned(connection, "eagle_operator") as house:
        found = house.execute(_LATE).fetchone()
    return found[0] if found else _DEFAULT


def _hours(age: timedelta) -> str:
    return f"{age.total_seconds() / 3600:.0f} hours"


CHECK = Check(
    "backup", "A fresh, checked backup, and a receiver of WAL since.", _look, is_lenient=True
)
