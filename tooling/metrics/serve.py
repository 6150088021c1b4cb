"""Serves the samples to Prometheus, in its text format."""

import threading
from collections.abc import Iterable
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from tooling import database, printing
from tooling.errors import ConnectionFailedError, ToolingError
from tooling.metrics import collect, families
from tooling.metrics.collect import Folders
from tooling.metrics.families import Sample

_CONNECT_SECONDS = 2
_LOST = {
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 8000,
}
"""A network that is cut ends the session, which would wait for an answer for long otherwise."""


class Database(Collector):
    """Reads the database anew at each scrape, over one connection that is kept.

    A server that does not answer is `eagle_up 0`; one that answers and refuses the login is
    `eagle_read_failed{part="login"} 1`. What is wrong goes to stderr. Backups and disks are
    measured in any case.
    """

    def __init__(self, dsn: str | None, folders: Folders):
        self._dsn = dsn
        self._folders = folders
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()

    def samples(self) -> list[Sample]:
        """Return the samples. Raises psycopg.Error and ToolingError.

        A session that was ended is replaced once.
        """
        with self._lock:
            is_old = self._connection is not None and not self._connection.closed
            try:
                return self._read()
            except psycopg.Error:
                if not is_old:
                    raise
            return self._read()

    def collect(self) -> Iterable[Metric]:
        """Yield the families of one scrape.

        A server that does not answer is not waited for, in the session that is kept.
        """
        is_up = _is_up(self._dsn)
        samples = [Sample("up", {}, is_up)]
        try:
            if not is_up:
                raise ConnectionFailedError("the server does not answer")
            samples += self.samples()
        except (psycopg.Error, ToolingError) as error:
            printing.fail(str(error).strip())
            samples += [Sample("read_failed", {"part": "login"}, 1)] if is_up else []
            samples += collect.beside(self._folders)
        yield from _families(samples)

    def _read(self) -> list[Sample]:
        if self._connection is None or self._connection.closed:
            self._connection = database.connect(
                self._dsn,
                role="eagle_exporter",
                autocommit=True,
                application_name="tooling metrics",
                connect_timeout=_CONNECT_SECONDS,
                **_LOST,
            )
        try:
            self._folders = collect.located(self._connection, self._folders)
            return collect.read(self._connection, self._folders)
        except psycopg.Error:
            self._connection.close()
            raise

    def describe(self) -> Iterable[Metric]:
        """Yield nothing: registering reads no database."""
        return []


def text(dsn: str | None, folders: Folders) -> str:
    """Return one scrape. Raises ConnectionFailedError and psycopg.Error."""
    registry = CollectorRegistry()
    reader = Database(dsn, folders)
    samples = [Sample("up", {}, 1), *reader.samples()]
    registry.register(_Fixed(samples))
    return generate_latest(registry).decode()


def serve(
    dsn: str | None, folders: Folders, address: str, port: int
) -> tuple[int, threading.Thread]:
    """Serve /metrics from a thread of its own; return port and thread. Raises ToolingError.

    Port 0 stands for any that is free.
    """
    registry = CollectorRegistry()
    registry.register(Database(dsn, folders))
    try:
        server, thread = start_http_server(port, address, registry)
    except OSError as error:
        raise ConnectionFailedError(
            f"cannot listen on {address}:{port}: {error.strerror}",
            hint="Choose a free port by --port and an address of this machine by --listen.",
        ) from error
    return server.server_port, thread


def _is_up(dsn: str | None) -> bool:
    """Tell whether the server lets clients begin to log in; who they are does not matter."""
    try:
        conninfo = make_conninfo(database.resolve(dsn), connect_timeout=_CONNECT_SECONDS)
    except (psycopg.ProgrammingError, ToolingError):
        return False
    return PGconn.ping(conninfo.encode()) == Ping.OK


class _Fixed(Collector):
    def __init__(self, samples: list[Sample]):
        self._samples = samples

    def collect(self) -> Iterable[Metric]:
        return _families(self._samples)


def _families(samples: list[Sample]) -> Iterable[Metric]:
    grouped: dict[str, list[Sample]] = {}
    for sample in samples:
        grouped.setdefault(sample.metric, []).append(sample)
    for metric, group in grouped.items():
        name = families.PREFIX + metric
        names = sorted(group[0].labels)
        is_counter = metric in families.COUNTERS
        about = families.COUNTERS[metric] if is_counter else families.GAUGES[metric]
        kind = CounterMetricFamily if is_counter else GaugeMetricFamily
        family = kind(name, about, labels=names)
        for sample in group:
            family.add_metric([sample.labels[label] for label in names], sample.value)
        yield family
