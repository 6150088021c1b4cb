"""`tooling bench-generate`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.projects(100_000)
def command(projects: int) -> None:
    """Measure `tooling generate` beside `pgbench -i` for the same bytes on disk, in one run.

    Both times include indexes and vacuum. The ratio is of bytes a second, which is that of rows a
    second had the rows the same size.

    \b
    tooling bench-generate --projects 20000
    """
    from tooling.laboratory import loading
    from tooling.laboratory.run import SETTINGS
    from tooling.server.embedded import temporary_server

    with temporary_server(SETTINGS, durable=True) as server:
        tell = loading.compare(server, projects, lambda step: printing.say(step, err=True))
    printing.say_json(tell)
