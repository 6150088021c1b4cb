"""Faults of the server and of what measures it."""

from collections.abc import Iterator

from tests.monitoring.api import wait_for
from tests.monitoring.case import case
from tests.monitoring.stack import Stack


@case(
    "postgres_exporter ends; it is started again.",
    "MetricsMissing",
    alone=True,
    job="postgres",
)
def no_exporter(stack: Stack) -> Iterator[None]:
    stack.stop("exporter")
    yield
    stack.start("exporter")


@case(
    "The exporter ends, then the server: who is told of the server is not told of the other.",
    "ServerDown",
    alone=True,
)
def no_server(stack: Stack) -> Iterator[None]:
    stack.stop("exporter")
    wait_for(lambda: stack.prometheus.firing("MetricsMissing"), "MetricsMissing", 60)
    stack.server.stop("immediate")
    suppressed = stack.alertmanager.suppressed
    wait_for(lambda: "MetricsMissing" in suppressed(), "one alert to inhibit the other", 60)
    yield
    stack.server.start()
    stack.start("exporter")


@case(
    "The server is stopped and started; 15 minutes pass.",
    "ServerRestarted",
    alone=True,
    order=2,
)
def restart(stack: Stack) -> Iterator[None]:
    stack.server.stop()
    stack.server.start()
    yield
