"""`tooling backup load`."""

from pathlib import Path
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("dump", required=False)
@click.option("--into", "database", required=True, help="Name of the database to create.")
@click.option("--identity", type=options.FILE, help="File with the secret key.")
@options.database(autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any], dump: str | None, database: str, identity: Path | None
) -> None:
    """Load a dump into a new database.

    DUMP is a file, or the name of a dump in the bucket; by default the newest in the folder of
    backups. It is read to its end, and decrypted if it is encrypted, before the database is
    created; the database exists afterwards only if everything was loaded. The roles must exist:
    sql/roles.sql creates them. Connect as superuser. Exit code: 13 if the dump cannot be decrypted.

    \b
      tooling backup load --into moved
      tooling backup load DUMP --into moved --identity backups.key
    """
    from tooling.backup import settings
    from tooling.backup.load import load, newest

    chosen = settings.load()
    name = dump or newest(chosen)
    load(chosen, connection, name, database, identity)
    printing.say(f"{Path(name).name} is in the database {database}")
