"""`tooling backup dump`."""

from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.option(
    "--keep",
    default=4,
    type=click.IntRange(1, 10_000),
    help="Number of dumps to keep; older ones are deleted.",
)
@options.as_json
@options.database(role="eagle_backup", autocommit=True, writes=True)
def command(connection: psycopg.Connection[Any], keep: int, as_json: bool) -> None:
    """Dump the database into one file, and verify it.

    A dump moves a database to another version or place, or gives back a single table years later.
    It holds one moment, and does not replace backups. It is written into the folder `dumps` of the
    backups in pg_dump's custom format, read again to its end, and gets its name only then, with a
    file for `sha256sum --check` beside it. If recipients are set in [tool.tooling.backup], it is
    encrypted for them; if a bucket is set, it is copied there. `tooling backup load` loads it.
    Roles are not in it: sql/roles.sql creates them.

    \b
      tooling backup dump
      tooling backup dump --keep 12 --json
    """
    from tooling.backup import settings
    from tooling.backup.dump import dump

    chosen = settings.load()
    made = dump(chosen, connection, keep)
    printing.say_result(made.as_dict(), [made.file], as_json=as_json)
    if not as_json:
        deleted = len(made.deleted)
        printing.say(f"{made.size / 1e6:,.1f} MB; {deleted} older dumps deleted", err=True)
    if chosen.bucket:
        from tooling.backup.ship import dump_key, forget, ship

        ship(chosen, lambda key: options.say_step(f"copied {key}"))
        forget(chosen, [dump_key(name) for name in made.deleted])
