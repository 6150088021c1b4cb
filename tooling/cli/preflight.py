"""`tooling preflight`: look before a deploy."""

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
    help="What the review page of the pending migrations ends with.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write plans and counters to this file, for `tooling postflight --since`.",
)
@click.option(
    "--min-free",
    type=click.FloatRange(0, 100),
    default=10,
    show_default=True,
    help="Percent of a disk that must be free.",
)
@click.option(
    "--max-age",
    type=click.FloatRange(0),
    default=300,
    show_default=True,
    help="Seconds that a transaction may have been open.",
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
    migrations: Path | None,
    as_json: bool,
    dsn: str | None,
) -> int:
    """Look for what should stop a deploy; exit 5 if there is such a thing.

    Writes nothing to the database. Connect as a superuser, on the server's machine: passwords,
    pg_hba.conf and disks show to nobody else. A check that cannot be made is a warning. On a
    developer's own machine, where the server listens to nobody else, backup, passwords and
    pg_hba.conf are notes.

    \b
      tooling preflight
      tooling preflight --check passwords --json
      tooling preflight --reviewed DIGEST --record before.json
    """
    from tooling.database import connect, resolve
    from tooling.deploy import record as recording
    from tooling.deploy.preflight import CHECKS, Given, run

    if not (checks := chosen(CHECKS, names, list_only)):
        return Exit.OK
    given = Given(
        conninfo=resolve(dsn),
        settings=options.settings_for(migrations),
        reviewed=reviewed,
        min_free=min_free,
        max_age=timedelta(seconds=max_age),
    )
    with connect(dsn, autocommit=True) as connection:
        found = run(checks, connection, given)
        if record is not None:
            recording.write(record, recording.take(connection))
    return show(found, as_json)
