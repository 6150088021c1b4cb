"""`tooling backup list`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.as_json
def command(as_json: bool) -> None:
    """List the backups, and the times they can restore.

    The oldest is first. The checksums of a checked backup are right; a verified one was restored by
    the disaster-recovery test, too. The moments are from the end of the backup to the last commit
    that was received on the current timeline, in UTC. Does not connect to the server.

    \b
      tooling backup list --json
    """
    from tooling.backup import barman, catalog, points, settings
    from tooling.cli.backup.shown import row, window

    chosen = settings.load()
    found = catalog.backups(chosen)
    bin_dir = barman.configured(chosen).bin_dir if found else None
    windows = points.windows(chosen, bin_dir, found) if bin_dir else {}
    listed = []
    for one in found:
        until = windows.get(one.backup_id)
        listed.append({**one.as_dict(), "window": until and until.as_dict()})
    lines = [
        (*row(one), window(windows[one.backup_id]) if one.backup_id in windows else "")
        for one in found
    ]
    report = {"home": str(chosen.home), "backups": listed}
    said = [f"{len(found)} backups in {chosen.home}"]
    printing.say_result(report, printing.columns(lines), as_json=as_json, summary=said)
