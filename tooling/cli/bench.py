"""`tooling bench`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.option(
    "--sizes",
    default="100000,1000000",
    show_default=True,
    metavar="N,N",
    callback=options.whole_numbers,
    help="Numbers of projects, each a database.",
)
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="Runs a class and account.",
)
@options.output("build/bench.json")
@options.docs
def command(sizes: list[int], runs: int, output: Path, docs: bool) -> None:
    """Measure the query classes against plain tables, and print a table.

    Starts a durable server of its own, fills it with generated data and the same rows in plain
    tables with text keys, JSON columns and the old indexes, and asks both as the application's
    role, prepared, with row security. A million projects take some 15 minutes and 10 GB.

    \b
    tooling bench --sizes 10000 --runs 5
    tooling bench --docs
    """
    if not sizes:
        raise click.BadParameter("name a number of projects", param_hint="--sizes")
    from tooling.laboratory import report, run

    document = run.run(sizes, runs, lambda step: printing.say(step, err=True))
    options.write_json(output, document)
    printing.say_page(report.table(document))
    if docs:
        report.write_docs(document)
