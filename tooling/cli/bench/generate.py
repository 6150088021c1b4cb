"""`tooling bench generate`."""

import click

from tooling import printing
from tooling.cli import options
from tooling.cli.bench import results


@click.command()
@results.projects(100_000)
def command(projects: int) -> None:
    """Measure `tooling generate` beside `pgbench -i`.

    Both write the same number of bytes on one server; the times include indexes and vacuum. The
    ratio is that of bytes per second.

    \b
      tooling bench generate --projects 20000
    """
    from tooling.laboratory import loading
    from tooling.laboratory.run import SETTINGS
    from tooling.server.embedded import temporary_server

    with temporary_server(SETTINGS, durable=True) as server:
        result = loading.compare(server, projects, options.say_step)
    printing.say_json(result)
