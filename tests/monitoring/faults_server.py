"""Faults of the server and of what measures it."""

from collections.abc import Iterator

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
    "The exporter ends, then the server: of both somebody is told.",
    "ServerDown",
    alone=True,
)
def no_server(stack: Stack) -> Iterator[None]:
    stack.stop("exporter")
    stack.prometheus.wait_for(lambda: stack.prometheus.firing("MetricsMissing"), "MetricsMissing")
    stack.server.stop("immediate")
    stack.prometheus.wait_for(lambda: stack.prometheus.firing("ServerDown"), "ServerDown")
    assert "MetricsMissing" not in stack.alertmanager.suppressed()
    assert stack.prometheus.query('eagle_backups{state="verified"} > 0')
    yield
    stack.server.start()
    stack.start("exporter")


@case(
    "The role of the exporters becomes NOLOGIN and its sessions end: the server is not down.",
    "MetricsIncomplete",
    alone=True,
    part="login",
)
def refused_exporters(stack: Stack) -> Iterator[None]:
    stack.sql(
        "alter role eagle_exporter nologin",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'eagle_exporter'",
    )
    stack.prometheus.wait_for(
        lambda: stack.prometheus.query("pg_up == 0"), "the other exporter to fail"
    )
    yield
    assert not stack.prometheus.firing("ServerDown")
    stack.sql("alter role eagle_exporter login")


@case(
    "fsync is switched off, then on.",
    "DataAtRisk",
    fault="durability-off",
)
def unsafe_setting(stack: Stack) -> Iterator[None]:
    stack.sql("alter system set fsync = off", "select pg_reload_conf()")
    yield
    stack.sql("alter system set fsync = on", "select pg_reload_conf()")


@case(
    "The password of a role expires tomorrow; then never.",
    "ServerFault",
    fault="password-expires",
)
def expiring_password(stack: Stack) -> Iterator[None]:
    stack.sql(
        "do $$ begin execute format('alter role eagle_reader valid until %L',"
        " now() + interval '1 day'); end $$"
    )
    yield
    stack.sql("alter role eagle_reader valid until 'infinity'")


@case(
    "The server is stopped at once and started; 15 minutes pass.",
    "ServerRestarted",
    alone=True,
    order=2,
)
def restart(stack: Stack) -> Iterator[None]:
    """Without a last checkpoint: the 15 minutes are 30 s here, and it is away for less."""
    stack.server.stop("immediate")
    stack.server.start()
    yield
