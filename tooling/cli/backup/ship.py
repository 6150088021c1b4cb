"""`tooling backup ship`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.as_json
def command(as_json: bool) -> None:
    """Copy checked backups and WAL to the bucket, encrypted.

    Only what the bucket does not hold yet is copied; after an interruption, run the command again.
    Bucket, endpoint and recipients are set in [tool.tooling.backup]; credentials come from
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the other places where S3 clients look. Does not
    connect to the server.

    \b
      tooling backup ship --json
    """
    from tooling.backup import settings
    from tooling.backup.ship import ship

    done = ship(settings.load(), lambda key: None if as_json else printing.say(key))
    report = {"copied": list(done.keys), "bytes": done.bytes}
    said = f"{len(done.keys)} objects copied, {done.bytes / 1e6:,.1f} MB"
    printing.say_result(report, (), as_json=as_json, summary=[said])
