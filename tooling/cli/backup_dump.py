"""`tooling backup dump`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.option(
    "--keep",
    default=4,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="How many dumps of the database stay; older ones are deleted.",
)
@options.as_json
@options.dsn
def command(keep: int, as_json: bool, dsn: str | None) -> None:
    """Write the database into one file that any newer server can load.

    A dump is for moving to another version or another place, and for reading one table years later;
    it holds one moment, so that it replaces no backup. It is written into the folder `dumps` of the
    backups, in pg_dump's custom format, read again to its end, and only then given its name, with a
    file for `sha256sum --check` beside it. Roles are not in it: sql/roles.sql makes them.

    \b
      tooling backup dump
      tooling backup dump --keep 12 --json
    """
    from tooling.backup import settings
    from tooling.backup.dump import dump
    from tooling.database import connect

    with connect(dsn, role="eagle_backup", autocommit=True) as connection:
        made = dump(settings.load(), connection, keep)
    if as_json:
        printing.say_json(made.as_dict())
        return
    printing.say(made.file)
    printing.say(f"{made.size / 1e6:,.1f} MB, {len(made.deleted)} older ones deleted", err=True)
