"""`tooling bench conversion`."""

import click

from tooling.cli import options
from tooling.cli.bench import results


@click.command()
@results.projects(1_000_000)
@click.option(
    "--rate", type=click.FloatRange(0, min_open=True), default=100.0, help="Requests per second."
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=20.0,
    help="Duration of the requests before the migration, in seconds.",
)
@results.written_to("build/bench-conversion.json")
def command(projects: int, rate: float, seconds: float) -> results.Results:
    """Measure migration 7, which partitions tables, under load.

    Starts a server, fills it as it was before the migration, sends requests at a constant rate, and
    applies the migration. Measured are the time that locks which block writers were held, and the
    latency of the slowest request, from the moment it was due. A million projects take about 15
    minutes.

    \b
      tooling bench conversion --projects 20000 --seconds 5
    """
    from tooling.laboratory import conversion, conversion_page, machine, run
    from tooling.laboratory.synthetic.dataset import Dataset
    from tooling.server.embedded import temporary_server

    with temporary_server(run.SETTINGS, durable=True) as server:
        found = conversion.measure(
            server,
            "postgres",
            Dataset(projects, run.SEED),
            rate,
            seconds,
            options.say_step,
        )
        document = {**machine.facts(server), **found}
    return document, conversion_page.of(document)
