"""How long locks that keep writers out of tables in use are held, seen from another connection."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

# The modes that conflict with an insert, an update or a delete.
_HELD = """
select l.pid, l.relation::bigint, l.mode
  from pg_catalog.pg_locks as l
 where l.granted
   and l.locktype = 'relation'
   and l.relation = any (%s::oid[])
   and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"""
_OIDS = "select name, to_regclass(name)::oid::bigint from unnest(%s::text[]) as name"
_PAUSE = 0.004


@dataclass(frozen=True)
class Held:
    """A lock seen at each look of a stretch; it was held for at most `milliseconds`."""

    relation: str
    mode: str
    milliseconds: float


class Watcher:
    """Looks every few milliseconds while its block runs; `held` is complete when it has ended.

    A relation is watched by its identity, so that its locks count when it is renamed or dropped.
    """

    def __init__(self, dsn: str, relations: Iterable[str]):
        self.held: list[Held] = []
        self._stop = threading.Event()
        self._connection = psycopg.connect(dsn, autocommit=True)
        self._connection.prepare_threshold = 0
        rows = self._connection.execute(_OIDS, [list(relations)]).fetchall()
        self._names: dict[int, str] = {oid: name for name, oid in rows}
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watcher":
        """Start to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()
        self._connection.close()

    def longest(self) -> list[Held]:
        """Return the longest of each relation and mode, the longest of all first."""
        found: dict[tuple[str, str], Held] = {}
        for one in sorted(self.held, key=lambda held: held.milliseconds):
            found[one.relation, one.mode] = one
        return sorted(found.values(), key=lambda held: -held.milliseconds)

    def _watch(self) -> None:
        since: dict[tuple[int, int, str], float] = {}
        before = time.monotonic()
        while not self._stop.is_set():
            rows: list[Any] = self._connection.execute(_HELD, [list(self._names)]).fetchall()
            now, seen = time.monotonic(), set(rows)
            for gone in since.keys() - seen:
                self._end(gone, now - since.pop(gone))
            for key in seen - since.keys():
                since[key] = before
            before = now
            time.sleep(_PAUSE)
        for key, start in since.items():
            self._end(key, before - start)

    def _end(self, key: tuple[int, int, str], seconds: float) -> None:
        self.held.append(Held(self._names[key[1]], key[2], round(seconds * 1000, 1)))
