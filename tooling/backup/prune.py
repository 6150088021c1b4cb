"""Delete what the retention no longer asks for: backups by Barman, then the WAL between them."""

from datetime import datetime

from tooling.backup import catalog, retention, wal
from tooling.backup.barman import Barman
from tooling.backup.retention import Pruning


def prune(barman: Barman, now: datetime, *, dry_run: bool = False) -> tuple[Pruning, list[str]]:
    """Do what the plan says; return it, and the WAL segments that go. Idempotent."""
    settings = barman.settings
    plan = retention.plan(catalog.backups(settings), now, settings)
    segments = _segments(barman, plan)
    if not dry_run:
        for one in reversed(plan.delete):
            barman.run("delete", one.backup_id)
        _remove(barman, plan)
    return plan, segments


def _segments(barman: Barman, plan: Pruning) -> list[str]:
    """Return the segments that no backup that stays needs, and that are before the whole WAL."""
    if plan.log_from is None:
        return []
    needed = [(str(one.begin_wal), str(one.end_wal)) for one in plan.keep if one.begin_wal]
    begin = str(plan.log_from.begin_wal)
    return [
        name
        for name in wal.archived(barman.settings)
        if name < begin and not any(first <= name <= last for first, last in needed)
    ]


def _remove(barman: Barman, plan: Pruning) -> None:
    """Remove segments through Barman's own index of them, as its deletion of a backup does."""
    from barman.config import Config
    from barman.server import Server

    if plan.log_from is None:
        return
    configuration = Config(str(barman.configuration))
    server = Server(configuration.get_server(barman.settings.server))
    try:
        first = server.get_backup(plan.log_from.backup_id)
        ranges = [(one.begin_wal, one.end_wal) for one in plan.keep if one.begin_wal]
        server.backup_manager.remove_wal_before_backup(first, wal_ranges_to_protect=ranges)
    finally:
        server.close()
