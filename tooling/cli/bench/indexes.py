"""`tooling bench indexes`."""

import click

from tooling.cli import options
from tooling.cli.bench import results


@click.command()
@results.projects(100_000)
@results.written_to("build/bench-indexes.json")
def command(projects: int) -> results.Results:
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
    return document, indexes_page.of(document)
