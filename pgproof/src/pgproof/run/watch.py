"""What a running statement waits for, and how far it is; asked on the runner's other connection."""

import psycopg

from pgproof.connection import Connection
from pgproof.ledger.sessions import blockers, describe
from pgproof.report import Reporter

_PROGRESS = """
select format('%%s, %%s of %%s blocks, %%s of %%s tuples', phase, blocks_done, blocks_total,
              tuples_done, tuples_total)
  from pg_catalog.pg_stat_progress_create_index where pid = %(pid)s
union all
select format('%%s, %%s of %%s blocks', phase, heap_blks_scanned, heap_blks_total)
  from pg_catalog.pg_stat_progress_vacuum where pid = %(pid)s
union all
select format('%%s, %%s of %%s blocks', phase, heap_blks_scanned, heap_blks_total)
  from pg_catalog.pg_stat_progress_cluster where pid = %(pid)s
union all
select format('%%s, %%s of %%s blocks', phase, sample_blks_scanned, sample_blks_total)
  from pg_catalog.pg_stat_progress_analyze where pid = %(pid)s
union all
select format('%%s, %%s tuples, %%s of %%s bytes', type, tuples_processed, bytes_processed,
              bytes_total)
  from pg_catalog.pg_stat_progress_copy where pid = %(pid)s
"""


class Watch:
    """Watches one backend from `connection`; remembers who blocked it last."""

    def __init__(self, connection: Connection, pid: int, reporter: Reporter):
        self._connection = connection
        self._pid = pid
        self._report = reporter
        self._said = ("", 0.0)
        self.blockers = ""

    def begin(self) -> None:
        """Forget the blockers of the statement before."""
        self.blockers, self._said = "", ("", 0.0)

    def tick(self, seconds: float) -> None:
        """Report a blocker at once, and progress every five seconds."""
        try:
            rows = blockers(self._connection, self._pid)
            if rows:
                self.blockers = "; ".join(describe(row) for row in rows)
                self._say("waiting", seconds, ", ".join(str(row[0]) for row in rows))
            else:
                found = self._connection.execute(_PROGRESS, {"pid": self._pid}).fetchone()
                detail = f": {found[0]}" if found else ""
                self._say("progress", seconds, "progress", detail)
        except psycopg.Error:
            return

    def _say(self, event: str, seconds: float, what: str, detail: str = "") -> None:
        before, when = self._said
        if (event == "waiting" and what != before) or seconds - when >= 5:
            fields = {"blockers": self.blockers} if event == "waiting" else {"detail": detail}
            self._report(event, seconds=round(seconds, 1), **fields)
            self._said = (what, seconds)
