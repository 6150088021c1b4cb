"""`tooling preflight`: checks before a deployment."""

from datetime import timedelta
from pathlib import Path

import click

from tooling.cli import options
from tooling.cli.findings import chosen, list_option, names_option, show
from tooling.errors import Exit


@click.command()
@names_option
@list_option
@click.option(
    "--reviewed",
    metavar="DIGEST",
    help="Digest at the end of the review page of the pending migrations.",
)
@click.option(
    "--record",
    type=options.FILE,
    help="File to write plans and counters to, for `tooling postflight --since`.",
)
@click.option(
    "--min-free",
    type=click.FloatRange(0, 100),
    default=10,
    help="Least free space of a disk, in percent.",
)
@click.option(
    "--max-age",
    type=click.FloatRange(0),
    default=300,
    help="Greatest age of an open transaction, in seconds.",
)
@options.migrations
@options.as_json
@options.dsn
def command(
    names: tuple[str, ...],
    list_only: bool,
    reviewed: str | None,
    record: Path | None,
    min_free: float,
    max_age: float,
    migrations: str | None,
    as_json: bool,
    dsn: str | None,
) -> int:
    """Check the database before a deployment.

    Connect as a superuser on the server's machine: only there can passwords, pg_hba.conf and disks
    be checked. A check that cannot be made is a warning. If the server does not listen on a
    network, findings about backups, passwords and pg_hba.conf are notes. Writes nothing to the
    database. Exit code: 5 if a check found an error.

    \b
      tooling preflight
      tooling preflight --check passwords --json
      tooling preflight --reviewed DIGEST --record before.json
    """
    from tooling.database import connect
    from tooling.deploy import record as recording
    from tooling.deploy.preflight import CHECKS, Given, run

    if not (checks := chosen(CHECKS, names, list_only)):
        return Exit.OK
    conninfo = options.resolve(dsn)
    given = Given(
        conninfo=conninfo,
        settings=options.settings_for(migrations),
        reviewed=reviewed,
        min_free=min_free,
        max_age=timedelta(seconds=max_age),
    )
    with connect(conninfo, autocommit=True) as connection:
        found = run(checks, connection, given)
        if record is not None:
            recording.write(record, recording.take(connection))
    return show(found, as_json)
