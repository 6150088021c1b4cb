"""`tooling postflight`: checks after a deployment."""

from pathlib import Path

import click

from tooling.cli import options
from tooling.cli.findings import chosen, list_option, names_option, show
from tooling.errors import Exit


@click.command()
@names_option
@list_option
@click.option(
    "--since",
    type=options.FILE,
    metavar="FILE",
    help="File that `tooling preflight --record` wrote.",
)
@click.option(
    "--scratch",
    metavar="URL",
    help="Server for a scratch database, if the ledger has no record.  [default: an embedded one]",
)
@options.migrations
@options.as_json
@options.dsn
def command(
    names: tuple[str, ...],
    list_only: bool,
    since: Path | None,
    scratch: str | None,
    migrations: str | None,
    as_json: bool,
    dsn: str | None,
) -> int:
    """Check the database after a deployment.

    The schema is compared with what the migrations create, by the ledger's record or on a scratch
    server, plans and errors with the record from before the deployment. Connect as a superuser.
    Writes nothing to the database. Exit code: 5 if a check found an error.

    \b
      tooling postflight --since before.json
      tooling postflight --check schema --json
    """
    from tooling.database import connect
    from tooling.deploy import record
    from tooling.deploy.postflight import CHECKS
    from tooling.deploy.preflight import Given, run

    if not (checks := chosen(CHECKS, names, list_only)):
        return Exit.OK
    conninfo = options.resolve(dsn)
    given = Given(
        conninfo=conninfo,
        settings=options.settings_for(migrations),
        since=record.read(since) if since else None,
        scratch=scratch,
    )
    with connect(conninfo, autocommit=True) as connection:
        return show(run(checks, connection, given), as_json)
