"""`tooling top`."""

import time
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.option(
    "--interval", type=click.FloatRange(min=0.2), default=2.0, help="Seconds between two readings."
)
@options.once
@options.as_json
@options.migrations
@options.database(role="eagle_exporter", autocommit=True, application_name="tooling top")
def command(
    connection: psycopg.Connection[Any],
    interval: float,
    once: bool,
    as_json: bool,
    migrations: str | None,
) -> None:
    """Show the activity of the database in the terminal.

    Runs until Ctrl-C. Shown are problems, throughput, hit rates, connections, slowest statements,
    jobs, partitions and replication, as on the dashboards; of these, as much as the terminal has
    room for, in this order. Connect as eagle_exporter. Writes nothing. --json implies --once.

    \b
      tooling top
      tooling top --once
      tooling top --json | jq .problems
    """
    from rich.console import RenderableType
    from rich.live import Live

    from tooling.backup import settings
    from tooling.metrics import collect, picture, reading, screen

    known = collect.Folders(options.settings_for(migrations).migrations, settings.load())
    folders = collect.located(connection, known)
    console = printing.console()
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
        is_screen = console.is_terminal

        def drawn() -> RenderableType:
            return screen.show(look(), title, console.height if is_screen else None)

        with Live(drawn(), console=console, screen=is_screen) as on:
            while True:
                on.update(drawn(), refresh=True)
