"""`tooling bench mixed`."""

import click

from tooling.cli import options
from tooling.cli.bench import results


@click.command()
@results.projects(100_000)
@click.option("--clients", type=click.IntRange(1), default=16, help="Number of clients.")
@click.option(
    "--seconds", type=click.IntRange(1), default=20, help="Duration of a measurement in seconds."
)
@click.option(
    "--curve",
    default="1,2,4,8,16,32,64",
    callback=options.whole_numbers,
    help="Numbers of clients to measure the curve with; empty for none.",
)
@results.written_to("build/bench-mixed.json")
def command(projects: int, clients: int, seconds: int, curve: list[int]) -> results.Results:
    """Measure a write-heavy mix of requests beside plain tables.

    The requests create a project, save a design, change a status, append an event and read a
    dashboard. Every commit is durable; this schema has row security, audit triggers and the hash
    chain, the plain tables have none of them. The curve is measured beside pgbench's tpcb-like.

    \b
      tooling bench mixed --projects 20000 --seconds 10 --curve ''
    """
    from tooling.laboratory import mixed_page, mixed_run
    from tooling.server.embedded import temporary_server

    with temporary_server(mixed_run.SETTINGS, durable=True) as server:
        document = mixed_run.measure(server, projects, clients, seconds, curve, options.say_step)
    return document, mixed_page.of(document)
