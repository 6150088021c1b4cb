"""`tooling backup fetch`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.option("--identity", required=True, type=options.FILE, help="File with the secret key.")
@options.backup_id
@options.as_json
def command(identity: Path, backup_id: str | None, as_json: bool) -> None:
    """Fetch a backup and the WAL after it from the bucket.

    The folder of backups must not exist; it is created when all files have been fetched and
    decrypted. Then `tooling backup verify` and `tooling restore` work as usual. Exit code: 13 if an
    object is damaged or was encrypted for another key.

    \b
      tooling backup fetch --identity backups.key
      tooling restore --to /srv/eagle
    """
    from tooling.backup import settings
    from tooling.backup.fetch import fetch

    chosen = settings.load()
    got = fetch(chosen, identity, backup_id, lambda key: None if as_json else options.say_step(key))
    report = {"home": str(chosen.home), **got.as_dict()}
    printing.say_result(report, [f"{got.backup_id} is in {chosen.home}"], as_json=as_json)
