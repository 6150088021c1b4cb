"""How far the index follows the log, so that no event is passed over, however late it commits.

An event carries the moment at which it was written; it is seen when its transaction commits, which
can be long after. So a moment is behind us only once every transaction that had begun to write by
then has ended. Each look at the server takes a transaction number of its own: lower numbers began
to write before the look, higher ones after it, and so did what they record. When all lower ones
have ended, the moment of that look is safe. A subtransaction ends with its transaction.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tooling.database import Connection

OVERLAP = timedelta(seconds=10)
"""Read once more, against a clock that is set back."""

_LOOK = """
select (pg_control_system()).system_identifier::text,
       left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
       statement_timestamp(),
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_current_xact_id()::text::bigint
"""


@dataclass(frozen=True)
class Look:
    """The server at a moment: who it is, the oldest open transaction, and this one's number."""

    server: str
    timeline: str
    at: datetime
    oldest: int
    number: int


@dataclass(frozen=True)
class Cursor:
    """All that happened before `since` is in the index; `at` is the next such moment.

    It becomes that when every transaction up to `number` has ended.
    """

    server: str
    timeline: str
    since: datetime
    at: datetime
    number: int

    def follows(self, look: Look) -> bool:
        """Tell whether the log that was followed is this server's, unbroken.

        After a promotion or a restore it may lack what was read, and numbers may be given again.
        """
        same = (self.server, self.timeline) == (look.server, look.timeline)
        return same and self.number < look.number

    def advanced(self, look: Look) -> "Cursor":
        """Return the cursor after all that a later read than this look shows was sent."""
        if look.oldest <= self.number:
            return self
        return replace(self, since=self.at, at=look.at, number=look.number)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        moments = {"since": self.since.isoformat(), "at": self.at.isoformat()}
        return {**asdict(self), **moments}


def from_dict(values: dict[str, Any]) -> Cursor:
    """Return what `as_dict` wrote."""
    moments = {key: datetime.fromisoformat(values[key]) for key in ("since", "at")}
    return Cursor(
        str(values["server"]), str(values["timeline"]), number=values["number"], **moments
    )


def begun(first: Look, settled: Look) -> Cursor:
    """Return the cursor of an index made from what is seen after `settled`.

    By then every transaction that `first` found open has ended.
    """
    return Cursor(first.server, first.timeline, first.at, settled.at, settled.number)


def look(connection: Connection) -> Look:
    """Look at the server, in a transaction of its own: the connection must be in autocommit."""
    return Look(*connection.execute(_LOOK).fetchall()[0])
