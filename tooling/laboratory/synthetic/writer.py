"""Two connections that load at once, each its own tables and partitions, in a thread of its own."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tooling.database import Connection
from tooling.laboratory.synthetic import bulk, lives
from tooling.laboratory.synthetic.blocks import Part
from tooling.laboratory.synthetic.designs import MODULES

_PROJECTS, _PAYLOADS, _EVENTS, _CHAINS = lives.TABLES
# Each half costs the server about as much: half of the designs are of the first module.
HALVES: tuple[tuple[tuple[str, str], ...], ...] = (
    ((_PROJECTS, ""), (_CHAINS, ""), *((_PAYLOADS, module) for module in MODULES[1:])),
    ((_EVENTS, ""), (_PAYLOADS, MODULES[0])),
)
# What each half vacuums when all is committed.
TABLES = ((_PROJECTS, _PAYLOADS, _CHAINS), (_EVENTS,))
# Streams that may wait for each connection.
_AHEAD = 8
_PARTITIONS = "select p.partition, p.bounds from ops.partitions as p where p.relation = %s"
_LABEL = re.compile(r"'((?:[^']|'')*)'")


def targets(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the table or partition of each kind of part."""
    found = {(table, ""): table for table in (_PROJECTS, _EVENTS, _CHAINS)}
    for partition, bounds in connection.execute(_PARTITIONS, [_PAYLOADS]).fetchall():
        found.update(((_PAYLOADS, module), partition) for module in _LABEL.findall(bounds))
    return found


class Writer:
    """Loads the parts of one half on one connection, inside the caller's transaction.

    `write` and `finish` return before their work is done; an error comes out of a later call. When
    the block ends, what has not begun is left out.
    """

    def __init__(
        self,
        connection: Connection,
        places: dict[tuple[str, str], str],
        half: Sequence[tuple[str, str]],
    ) -> None:
        self._connection = connection
        self._places = {kind: places[kind] for kind in half}
        self._pool = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> "Writer":
        """Lock the tables and put their indexes aside."""
        bulk.begin(self._connection, list(self._places.values()))
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what runs."""
        self._pool.shutdown(cancel_futures=True)

    def write(self, parts: Sequence[Part]) -> None:
        """Send those of the parts that are this half's; waits while too many are on their way."""
        for part in parts:
            if place := self._places.get((part.table, part.module)):
                columns = lives.TABLES[part.table]
                self._submit(bulk.copy, self._connection, place, columns, part.stream)
        self.wait(at_most=_AHEAD)

    def finish(self) -> None:
        """Build the indexes."""
        self._submit(bulk.finish, self._connection, list(self._places.values()))

    def wait(self, at_most: int = 0) -> None:
        """Wait until no more than so many things are left to do. Raises what they raise."""
        while len(self._waiting) > at_most:
            self._waiting.popleft().result()

    def _submit(self, task: Callable[..., None], *arguments: Any) -> None:
        self._waiting.append(self._pool.submit(task, *arguments))
