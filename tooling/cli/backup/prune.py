"""`tooling backup prune`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.dry_run
@options.as_json
def command(dry_run: bool, as_json: bool) -> None:
    """Delete expired backups, and the WAL that only they need.

    By default one backup is kept of each of the last 30 days, 12 weeks and 12 months, and the WAL
    to restore to any time of the last 7 days; [tool.tooling.backup] has the numbers. The newest
    backup is always kept, and so are those that a kept one depends on. What is deleted here is also
    deleted from the bucket. Does not connect to the server.

    \b
      tooling backup prune --dry-run
    """
    from datetime import UTC, datetime

    from tooling.backup import barman, settings
    from tooling.backup.prune import prune

    chosen = settings.load()
    plan, segments = prune(barman.configured(chosen), datetime.now(UTC), dry_run=dry_run)
    if chosen.bucket and not dry_run:
        from tooling.backup.ship import backup_key, forget, wal_key

        keys = (backup_key(one.backup_id) for one in plan.delete)
        forget(chosen, [*keys, *map(wal_key, segments)])
    report = {
        "dry_run": dry_run,
        "kept": plan.why,
        "deleted": [one.backup_id for one in plan.delete],
        "log_from": plan.log_from.backup_id if plan.log_from else None,
        "segments": len(segments),
    }
    deleted = "would be deleted" if dry_run else "deleted"
    kept = [(one.backup_id, f"kept: {plan.why.get(one.backup_id, 'not complete')}")
            for one in plan.keep]  # fmt: skip
    lines = printing.columns([*kept, *((one.backup_id, deleted) for one in plan.delete)])
    said = [f"{len(segments)} WAL segments {deleted}"]
    printing.say_result(report, lines, as_json=as_json, summary=said)
