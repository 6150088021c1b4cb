"""`tooling top`."""

import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import psycopg

from tooling import printing
from tooling.cli import options

if TYPE_CHECKING:
    from tooling.metrics.picture import Picture


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

    Runs until q or Ctrl-C is typed. Shown are problems, throughput, hit rates, connections, slowest
    statements, jobs, partitions and replication, as on the dashboards; of these, as much as the
    terminal has room for, in this order. Connect as eagle_exporter. Writes nothing. --json implies
    --once.

    \b
      tooling top
      tooling top --once
      tooling top --json | jq .problems
    """
    from pgproof.run.interrupt import Stopped
    from tooling.backup import settings
    from tooling.metrics import collect, picture, reading, screen

    known = collect.Folders(options.settings_for(migrations).migrations, settings.load())
    folders = collect.located(connection, known)
    title = f"{connection.info.dbname}, PostgreSQL {connection.info.server_version // 10000}"
    before = reading.Reading(collect.read(connection, folders))

    def look() -> picture.Picture:
        nonlocal before
        now = reading.Reading(collect.read(connection, folders))
        drawn, before = picture.draw(before, now), now
        return drawn

    if as_json or once:
        time.sleep(interval)
        found = look()
        if as_json:
            printing.say_json(found.as_dict())
        else:
            printing.console().print(screen.show(found, title))
        return
    try:
        _follow(look, title, interval)
    except Stopped as stopped:
        if stopped.number != signal.SIGINT:
            raise


def _follow(look: Callable[[], "Picture"], title: str, interval: float) -> None:
    """Show what there is to see until q is typed. Ctrl-C raises Stopped."""
    from rich.live import Live
    from rich.text import Text

    from tooling.metrics import keyboard, screen

    console = printing.console()
    is_screen = console.is_terminal
    first = Text(" Reading the statistics: rates are those between two readings.", "dim")
    with (
        keyboard.quitting() as quits,
        Live(first, console=console, screen=is_screen, auto_refresh=False) as on,
    ):
        on.refresh()
        while not quits(interval):
            shown = screen.show(look(), title, console.height if is_screen else None)
            on.update(shown, refresh=True)
