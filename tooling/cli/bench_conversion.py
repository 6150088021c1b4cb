"""`tooling bench-conversion`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.projects(1_000_000)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    default=100.0,
    show_default=True,
    help="Requests a second.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=20.0,
    show_default=True,
    help="Requests before the migration.",
)
@options.output("build/bench-conversion.json")
@options.docs
def command(projects: int, rate: float, seconds: float, output: Path, docs: bool) -> None:
    """Measure migration 7, which divides tables into partitions, on a database in use.

    Fills a durable server of its own as it was before, sends requests at a steady rate, and
    applies the migration meanwhile: how long locks that keep writers out were held, and how long
    the slowest request took, from when it was due. A million projects take some 15 minutes.

    \b
    tooling bench-conversion --projects 20000 --seconds 5
    """
    from tooling.laboratory import conversion, conversion_page, machine, run
    from tooling.laboratory.synthetic.dataset import Dataset
    from tooling.server.embedded import temporary_server

    with temporary_server(run.SETTINGS, durable=True) as server:
        found = conversion.measure(
            server.url(),
            server.url(user="eagle_application"),
            Dataset(projects, run.SEED),
            rate,
            seconds,
            lambda step: printing.say(step, err=True),
        )
        document = {**machine.facts(server), **found}
    options.write_json(output, document)
    printing.say_page(conversion_page.page(document))
    if docs:
        conversion_page.write(document)
