"""`tooling backup verify`."""

import click

from tooling.cli import options


@click.command()
@click.argument("backup_id", default="latest")
@options.as_json
def command(backup_id: str, as_json: bool) -> int:
    """Verify a backup, what it depends on, and the WAL after it.

    Every file is compared with the checksum in its manifest, every WAL record with its own. The
    result is kept, and shown by `tooling backup list`. Does not connect to the server. Exit code:
    13 if the backup is damaged.

    \b
      tooling backup verify 20261123T031500
    """
    from tooling.backup import barman, catalog, settings, take
    from tooling.cli.backup.shown import show

    chosen = settings.load()
    driver = barman.configured(chosen)
    return show(take.verify(driver, catalog.find(chosen, backup_id)), as_json)
