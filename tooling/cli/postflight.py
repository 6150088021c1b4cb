"""`tooling postflight`: look after a deploy."""

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
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What `tooling preflight --record` wrote before.",
)
@click.option(
    "--scratch",
    metavar="URL",
    help="A server of the same version where a database may be made; default: an embedded one.",
)
@options.migrations
@options.as_json
@options.dsn
def command(
    names: tuple[str, ...],
    list_only: bool,
    since: Path | None,
    scratch: str | None,
    migrations: Path | None,
    as_json: bool,
    dsn: str | None,
) -> int:
    """Look whether a deploy left the database as it should be; exit 5 if not.

    Writes nothing to it. The schema is compared with what the migrations make on a scratch server,
    plans and errors with the record of before. Connect as a superuser.

    \b
      tooling postflight --since before.json
      tooling postflight --check schema --json
    """
    from tooling.database import connect, resolve
    from tooling.deploy import record
    from tooling.deploy.postflight import CHECKS
    from tooling.deploy.preflight import Given, run

    if not (checks := chosen(CHECKS, names, list_only)):
        return Exit.OK
    given = Given(
        conninfo=resolve(dsn),
        settings=options.settings_for(migrations),
        since=record.read(since) if since else None,
        scratch=scratch,
    )
    with connect(dsn, autocommit=True) as connection:
        return show(run(checks, connection, given), as_json)
