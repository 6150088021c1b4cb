"""`tooling backup run`."""

from typing import Any

import click
import psycopg

from tooling.cli import options


@click.command()
@click.option("--full", is_flag=True, help="Take a full backup, not an incremental one.")
@options.as_json
@options.database(role="eagle_backup", autocommit=True, writes=True)
def command(connection: psycopg.Connection[Any], full: bool, as_json: bool) -> int:
    """Take a backup of the server, and verify it.

    The backup is incremental where the server allows it (PostgreSQL 17 or later with summarize_wal
    on), and full once a week. A WAL receiver is started if none runs. If a bucket is set, the
    backup and its WAL are copied there, encrypted. Exit code: 13 if the backup is damaged.

    \b
      tooling backup run --json
    """
    from tooling.backup import settings, take
    from tooling.cli.backup.shown import show

    chosen = settings.load()
    made = take.take(chosen, connection, full=full)
    code = show(made, as_json)
    if chosen.bucket and not made.problem:
        from tooling.backup.ship import ship

        ship(chosen, lambda key: options.say_step(f"copied {key}"))
    return code
