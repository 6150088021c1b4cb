"""Writers that keep a record of every commit that was acknowledged to them."""

import contextlib
import itertools
import threading
import time
from dataclasses import dataclass, field

import psycopg

TABLE = "create table acknowledged (writer integer not null, number bigint not null)"
_INSERT = "insert into acknowledged values (%s, %s)"


@dataclass
class Writer(threading.Thread):
    """Commits one number after another; after an error it connects anew and goes on.

    A number whose commit failed is not tried again: it may be there or not.
    """

    url: str
    writer: int
    acknowledged: list[tuple[float, int]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    while not self.stopping.is_set():
                        number += 1
                        connection.execute(_INSERT, [self.writer, number])
                        self.acknowledged.append((time.monotonic(), number))
            except psycopg.Error:
                time.sleep(0.05)

    def finish(self) -> None:
        """Stop after the statement that is running."""
        self.stopping.set()
        self.join(30)


def outage(writers: list[Writer], since: float) -> float:
    """Return the longest time, in seconds after `since`, in which no commit was acknowledged."""
    times = sorted(at for writer in writers for at, _ in writer.acknowledged)
    times = [since, *(at for at in times if at > since)]
    return max((after - before for before, after in itertools.pairwise(times)), default=0)


def count(url: str, writers: list[Writer]) -> tuple[int, int, int]:
    """Return how many commits were acknowledged, how many of them are lost, how many are double."""
    with contextlib.closing(psycopg.connect(url)) as connection:
        rows = connection.execute("select writer, number from acknowledged").fetchall()
    there = set(rows)
    told = [(writer.writer, number) for writer in writers for _, number in writer.acknowledged]
    return len(told), sum(one not in there for one in told), len(rows) - len(there)
