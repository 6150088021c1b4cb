"""`tooling bench-indexes`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.projects(100_000)
@options.output("build/bench-indexes.json")
@options.docs
def command(projects: int, output: Path, docs: bool) -> None:
    """Measure what each index of app serves, how large it is, and what it costs a write.

    Fills a server of its own, sends every query class and request of the benchmarks, and asks the
    server which indexes they scanned.

    \b
    tooling bench-indexes --projects 20000
    """
    from tooling.laboratory import indexes, indexes_page
    from tooling.server.embedded import temporary_server

    with temporary_server(indexes.SETTINGS, durable=True) as server:
        document = indexes.run(server, projects, lambda step: printing.say(step, err=True))
    options.write_json(output, document)
    printing.say_page(indexes_page.page(document))
    if docs:
        indexes_page.write(document)
