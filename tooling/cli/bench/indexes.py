"""`tooling bench indexes`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.projects(100_000)
@options.output("build/bench-indexes.json")
@options.docs
def command(projects: int, output: Path, docs: bool) -> None:
    """Measure the use, size and write cost of each index of app.

    Starts and fills a server, sends every query class and request of the benchmarks, and reads from
    the statistics which indexes were scanned.

    \b
      tooling bench indexes --projects 20000
    """
    from tooling.laboratory import indexes, indexes_page
    from tooling.server.embedded import temporary_server

    with temporary_server(indexes.SETTINGS, durable=True) as server:
        document = indexes.run(server, projects, options.say_step)
    printing.write_json(output, document)
    printing.say_page(indexes_page.page(document))
    if docs:
        indexes_page.write(document)
