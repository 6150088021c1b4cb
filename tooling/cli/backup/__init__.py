"""`tooling backup`: take, verify, prune, copy and restore backups."""

import click

from tooling.cli.groups import Group, command_of

_SECTIONS = {
    "Backups": ("run", "list", "verify", "prune", "receive", "reset-receiver", "dump", "load"),
    "Copies elsewhere": ("key", "ship", "fetch"),
    "Recovery": ("restore", "dr-test"),
}


def _load(name: str) -> click.Command:
    return command_of(name if name in _SECTIONS["Recovery"] else f"backup.{name}")


@click.command(cls=Group, sections=_SECTIONS, load=_load)
def command() -> None:
    """Take, verify, prune, copy and restore backups.

    Barman, which these commands configure, makes base backups and receives the WAL as it is
    written. The backups are in .backups, else in the folder of TOOLING_BACKUP_HOME or of
    [tool.tooling.backup] in pyproject.toml; use another disk than that of the data, better another
    machine. The server's role must have the rights to back up and to replicate.

    \b
      tooling backup run
      tooling backup list
      tooling backup verify
    """
