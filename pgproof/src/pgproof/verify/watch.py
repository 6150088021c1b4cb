"""The locks that a run's own session holds when a statement has ended. Writes nothing."""

import time
from typing import Any

import psycopg

from pgproof.ahead.locks import mode_of, strength
from pgproof.connection import KEEPER, WORKER
from pgproof.verify.records import HeldLock

Connection = psycopg.Connection[Any]

_LOCKS = """
select format('%%I.%%I', n.nspname, c.relname), l.mode,
       case when c.relkind in ('i', 'I') then 'index' when c.relkind = 'S' then 'sequence'
            when c.relkind in ('v', 'm') then 'view' else 'table' end
  from pg_catalog.pg_locks as l
  join pg_catalog.pg_stat_activity as a using (pid)
  join pg_catalog.pg_class as c on c.oid = l.relation
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where a.datname = current_database()
   and l.database = a.datid
   and starts_with(a.application_name, %(worker)s)
   and a.application_name <> %(keeper)s
   and l.granted
   and n.nspname !~ '^pg_'
   and n.nspname <> %(ledger)s
 order by 1
"""
_WORKERS = """
select count(*)
  from pg_catalog.pg_stat_activity
 where datname = current_database() and starts_with(application_name, %s)
"""
_ENDED = 5.0


class Watch:
    """A reporter that looks at the locks of the session that runs statements."""

    def __init__(self, connection: Connection, ledger_schema: str):
        self._connection = connection
        self._values = {"worker": WORKER, "keeper": KEEPER, "ledger": ledger_schema}
        self._strongest: dict[str, str] = {}
        self.locks: list[HeldLock] = []

    def __call__(self, event: str, /, **fields: Any) -> None:
        """Note the locks that are new, or stronger, since the statement before."""
        if event != "statement_done":
            return
        for relation, mode, kind in self._connection.execute(_LOCKS, self._values).fetchall():
            name = mode_of(mode)
            before = self._strongest.get(relation)
            if before is None or strength(name) > strength(before):
                self._strongest[relation] = name
                at = [one for one in self.locks if one.relation != relation]
                now = HeldLock(fields["number"], fields["line"], relation, kind, name)
                same = [one for one in self.locks if one.relation == relation]
                self.locks = (
                    [*at, now] if not same or same[0].number == now.number else [*self.locks, now]
                )


def wait_for_the_end(connection: Connection) -> None:
    """Wait until the sessions of a run have ended: what they wrote is counted then."""
    deadline = time.monotonic() + _ENDED
    while time.monotonic() < deadline:
        if connection.execute(_WORKERS, [WORKER]).fetchone() == (0,):
            return
        time.sleep(0.005)
