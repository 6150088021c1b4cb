"""`tooling backup reset-receiver`."""

from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.option("--no-backup", is_flag=True, help="Do not take the full backup that is due.")
@options.as_json
@options.database(role="eagle_backup", autocommit=True, writes=True)
def command(connection: psycopg.Connection[Any], no_backup: bool, as_json: bool) -> int:
    """Let the WAL receiver follow the server again.

    After a recovery or a failover the server is on another timeline, and the receiver may hold WAL
    that the server has discarded; a replication slot can be missing, or lost because the receiver
    was away for too long. This creates the slot again, moves what was received of a discarded
    timeline to the folder `discarded` of the backups, where it is kept, and takes the full backup
    that is then due. A receiver that can follow the server is not touched. `tooling backup receive`
    resets itself, and `tooling backup run` does all of this.

    Exit code: 9 if a full backup is due and --no-backup was given, 13 if the backup is damaged.

    \b
      tooling backup reset-receiver
    """
    from tooling.backup import barman, reset, settings, take
    from tooling.cli.backup.shown import show
    from tooling.errors import Exit, RefusedError

    chosen = settings.load()
    done = reset.recover(barman.configure(chosen, connection), connection)
    if done is None:
        raise RefusedError(
            "the server is in recovery",
            hint="Run the command again when recovery has ended, or name the primary server.",
        )
    if as_json and (no_backup or not done.backup_due):
        printing.say_result(done.as_dict(), (), as_json=True)
    elif not as_json:
        reset.report(done, options.say_step)
    if done.backup_due is None:
        return Exit.OK
    if no_backup:
        return Exit.PENDING
    return show(take.take(chosen, connection, full=True), as_json)
