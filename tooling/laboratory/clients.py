"""Requests at a steady rate from several clients, each timed from when it was due.

A request that waits delays those after it; timed from when they were due, none of the waiting is
left out.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from statistics import median, quantiles
from typing import Any, LiteralString

import psycopg

Request = Callable[[psycopg.Connection[Any], Random], None]
SAVE, APPEND = "save a design", "append an event"
_REQUESTS: dict[str, LiteralString] = {
    SAVE: (
        "insert into app.project_payloads (account_id, project_id, module, config)"
        " values (%(account)s, %(project)s, 'signage.single_pole.base_plate', %(config)s)"
    ),
    APPEND: (
        "insert into app.project_events (account_id, project_id, event_type, actor)"
        " values (%(account)s, %(project)s, 'report.generated', 'ana')"
    ),
    "change a project": (
        "update app.projects set description = 'Night work only.'"
        " where account_id = %(account)s and project_id = %(project)s"
    ),
    "newest drafts": (
        "select project_id, name from app.projects"
        " where account_id = %(account)s and status = 'draft' order by created_at desc limit 100"
    ),
    "latest payloads": (
        "select payload_id, module, created_at from app.project_payloads"
        " where account_id = %(account)s and project_id = %(project)s order by created_at desc"
    ),
    "event audit": (
        "select event_type, actor, occurred_at from app.project_events"
        " where account_id = %(account)s and project_id = %(project)s"
        " order by occurred_at desc limit 100"
    ),
}
_TARGETS = """
select account_id, project_id from app.projects order by md5(project_id::text) limit 5000"""


@dataclass(frozen=True)
class Latencies:
    """Milliseconds of the requests of a while, and what the slowest of them was."""

    requests: int
    median_ms: float
    p99_ms: float
    slowest_ms: float
    slowest: str


@dataclass
class Clients:
    """Sends requests while its block runs, each client its own share of `rate` a second."""

    dsn: str
    requests: Sequence[tuple[str, Request]]
    clients: int
    rate: float
    done: list[tuple[str, float, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> "Clients":
        """Start the clients."""
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._client, args=(number,)) for number in range(self.clients)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the last requests."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def between(self, start: float, end: float) -> Latencies:
        """Return the latencies of requests that were due from `start` to `end` (monotonic)."""
        found = [(ms, name) for name, due, ms in self.done if start <= due <= end]
        times = [ms for ms, _ in found]
        slowest, name = max(found)
        p99 = quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else slowest
        middle = round(median(times), 1)
        return Latencies(len(found), middle, round(p99, 1), round(slowest, 1), name)

    def _client(self, number: int) -> None:
        draw, pause = Random(number), self.clients / self.rate  # noqa: S311
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            due = time.monotonic() + pause * number / self.clients
            while not self._stop.is_set():
                if (ahead := due - time.monotonic()) > 0:
                    time.sleep(ahead)
                name, send = draw.choice(self.requests)
                try:
                    send(connection, draw)
                except psycopg.Error as error:
                    self.failures.append(f"{name}: {error.sqlstate} {error}")
                    if connection.closed:
                        return
                self.done.append((name, due, (time.monotonic() - due) * 1000))
                due += pause


def targets(connection: psycopg.Connection[Any]) -> list[tuple[Any, Any]]:
    """Return account and project of those that requests are about; more of larger accounts."""
    return connection.execute(_TARGETS).fetchall()


@dataclass
class Work:
    """Requests as they were before there were functions for them, and what was acknowledged."""

    targets: list[tuple[Any, Any]]
    acknowledged: Counter[str] = field(default_factory=Counter)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def requests(self) -> list[tuple[str, Request]]:
        """Return the requests; each is sent as often as it stands here."""
        return [(name, partial(self._send, name, query)) for name, query in _REQUESTS.items()]

    def _send(
        self,
        name: str,
        query: LiteralString,
        connection: psycopg.Connection[Any],
        draw: Random,
    ) -> None:
        account, project = draw.choice(self.targets)
        config = {"material": "A36", "height_ft": 20, "nonce": draw.getrandbits(60)}
        values = {"account": account, "project": project, "config": json.dumps(config)}
        cursor = connection.execute(query, values)
        if cursor.description:
            cursor.fetchall()
        with self._counting:
            self.acknowledged[name] += 1
