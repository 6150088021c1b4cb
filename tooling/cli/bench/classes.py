"""`tooling bench classes`."""

import click

from tooling.cli import options
from tooling.cli.bench import results


@click.command()
@click.option(
    "--sizes",
    default="100000,1000000",
    metavar="N,N",
    callback=options.whole_numbers,
    help="Numbers of projects; each size is a database.",
)
@click.option(
    "--runs", type=click.IntRange(1), default=30, help="Runs of each class for each account."
)
@results.written_to("build/bench.json")
def command(sizes: list[int], runs: int) -> results.Results:
    """Measure the query classes beside plain tables.

    Starts a server, fills it with generated data, and with the same rows in plain tables that have
    text keys, JSON columns and the old indexes. Both are queried as the application's role, with
    prepared statements and row security. A million projects take about 15 minutes and 10 GB.

    \b
      tooling bench classes --sizes 10000 --runs 5
      tooling bench classes --docs
    """
    if not sizes:
        raise click.BadParameter("give at least one number of projects", param_hint="--sizes")
    from tooling.laboratory import results_page, run

    document = run.run(sizes, runs, options.say_step)
    return document, results_page.of(document)
