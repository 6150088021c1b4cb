"""`tooling top`."""

import time
from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.option(
    "--interval",
    type=click.FloatRange(min=0.2),
    default=2.0,
    show_default=True,
    help="Seconds between two looks; rates are those in between.",
)
@click.option("--once", is_flag=True, help="Look twice, print once, and exit.")
@options.as_json
@options.migrations
@options.dsn
def command(
    interval: float, once: bool, as_json: bool, migrations: Path | None, dsn: str | None
) -> None:
    """Show how the database does, live, until Ctrl-C: what the dashboards show, in a terminal.

    Throughput, hit rates, connections, slowest statements, jobs, partitions, replication, and what
    is wrong. Connect as eagle_exporter, or as a superuser. Writes nothing. --json means --once.

    \b
    tooling top
    tooling top --once
    tooling top --json | jq .problems
    """
    from rich.live import Live

    from tooling.backup import settings
    from tooling.database import connect
    from tooling.metrics import collect, picture, reading, screen

    folders = collect.Folders(options.settings_for(migrations).migrations, settings.load())
    console = printing.console()
    with connect(
        dsn, role="eagle_exporter", autocommit=True, application_name="tooling top"
    ) as connection:
        title = f"{connection.info.dbname}, PostgreSQL {connection.info.server_version // 10000}"
        before = reading.Reading(collect.read(connection, folders))

        def look() -> picture.Picture:
            nonlocal before
            time.sleep(interval)
            now = reading.Reading(collect.read(connection, folders))
            drawn, before = picture.draw(before, now), now
            return drawn

        if as_json:
            printing.say_json(look().as_dict())
        elif once:
            console.print(screen.show(look(), title))
        else:
            with Live(
                screen.show(look(), title), console=console, screen=console.is_terminal
            ) as on:
                while True:
                    on.update(screen.show(look(), title), refresh=True)
