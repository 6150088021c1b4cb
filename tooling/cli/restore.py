"""`tooling restore`: a backup and the WAL after it, into a folder or into a side database."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from tooling import printing
from tooling.cli import options

if TYPE_CHECKING:
    from tooling.backup.barman import Barman
    from tooling.backup.part import Part
    from tooling.backup.target import Target


def _moment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read a time in ISO 8601, as PostgreSQL prints it, too; UTC if it names no offset."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(
            f"{value!r} is not a time such as 2026-11-23 14:02:59 or 2026-11-23T14:02:59+02:00"
        ) from error


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Data directory to create.")
@click.option(
    "--in-place", is_flag=True, help="Restore into the data directory that was backed up."
)
@click.option("--into", "database", metavar="NAME", help="Database to create for --table or "
              "--account.")  # fmt: skip
@click.option("--table", "tables", multiple=True, metavar="SCHEMA.TABLE",
              help="With --into: restore only the rows of this table; repeatable.")  # fmt: skip
@click.option(
    "--account", type=click.UUID, help="With --into: restore only the rows of this account."
)
@options.backup_id
@click.option("--target-time", metavar="TIME", callback=_moment, help="Recover up to this time; "
              "UTC unless it has an offset.")  # fmt: skip
@click.option("--target-name", metavar="NAME", help="Recover up to this restore point of "
              "pg_create_restore_point().")  # fmt: skip
@click.option("--target-lsn", metavar="LSN", help="Recover up to this WAL location.")
@click.option("--timeline", type=click.IntRange(1), help="Recover along this timeline; without it, "
              "along the current one.")  # fmt: skip
@click.option(
    "--overwrite",
    count=True,
    show_default=False,
    help="Move away what is in the data directory; given twice, also stop its server.",
)
@click.option("--start/--no-start", default=True, help="Start the restored server. Without it, a "
              "server restored in place has recovered, and is stopped.")  # fmt: skip
@options.dry_run
@options.as_json
@options.dsn
def command(
    folder: Path | None,
    in_place: bool,
    database: str | None,
    tables: tuple[str, ...],
    account: UUID | None,
    backup_id: str | None,
    target_time: datetime | None,
    target_name: str | None,
    target_lsn: str | None,
    timeline: int | None,
    overwrite: int,
    start: bool,
    dry_run: bool,
    as_json: bool,
    dsn: str | None,
) -> None:
    """Restore a backup, to the newest moment or an earlier one.

    With --to, a copy is restored and started on a private socket, whose URL is printed; its
    tablespaces are in FOLDER.tablespaces. With --in-place, the server itself is restored, with its
    settings: the copy recovers beside it, and takes its place last; what was there is moved, never
    deleted, and put back if anything fails. Every file and every WAL record is verified; if a
    backup is damaged, an older one is used. Recovery follows the current timeline, however long it
    takes. A restored server has no synchronous standbys and archives nothing.

    With --into, tables or the rows of one account are restored into a new database on the server of
    --dsn, to which only superusers can connect. A complete copy is restored into TMPDIR for it.

    Exit code: 13 if every backup that could be used is damaged, 3 if none leads to the target.

    \b
      tooling restore --to /srv/look --target-time '2026-11-23 08:30:00'
      tooling restore --in-place --overwrite --overwrite
      tooling restore --into before_1403 --table app.projects
    """
    from tooling.backup import barman, catalog, replace, settings
    from tooling.backup.part import Part
    from tooling.backup.restore import after_recovery
    from tooling.backup.survey import Request
    from tooling.backup.target import Target

    def tell(said: str) -> None:
        options.say_step(said)

    if sum((folder is not None, in_place, database is not None)) != 1:
        raise click.UsageError("give one of --to, --in-place and --into")
    if (database is not None) != bool(tables or account):
        raise click.UsageError("give --into together with --table or --account")
    if database is not None and (overwrite or not start):
        raise click.UsageError("--overwrite and --no-start cannot be used with --into")
    if sum(map(bool, (target_time, target_name, target_lsn))) > 1:
        raise click.UsageError("give one of --target-time, --target-name and --target-lsn")
    report: dict[str, Any]
    conninfo = options.announced(dsn) if database is not None else ""
    driver = barman.configured(settings.load())
    target = Target(target_time, target_name, target_lsn, timeline)
    if database is not None:
        part = Part(tables, account)
        report = _beside(driver, target, backup_id, conninfo, database, part, dry_run, tell)
        printing.say_fields(report, as_json=as_json)
        return
    place = folder.resolve() if folder else catalog.layout(driver.settings).data
    if dry_run:
        report = {**_best(driver, target, backup_id), "data": str(place)}
        printing.say_fields(report, as_json=as_json)
        return
    request = Request(target, backup_id, overwrite, start)
    replaced = (
        replace.to_folder(driver, place, request, tell)
        if folder
        else replace.in_place(driver, request, tell)
    )
    done = replaced.restored
    report = {
        "backup": done.backup.backup_id,
        "target": str(target),
        "note": done.choice.note,
        "data": str(place),
        "before": ", ".join(map(str, replaced.before)) or None,
        "tablespaces": ", ".join(map(str, done.spaces.values())) or None,
        "url": replaced.server.url() if start else None,
        "copy_seconds": done.copy_seconds,
        "recovery_seconds": done.recovery_seconds,
        "skipped": dict(done.skipped),
    }
    printing.say_fields(report, as_json=as_json)
    if in_place and start:
        after_recovery(driver.settings, replaced.timeline, tell)
    elif in_place:
        tell("start the server, and take a backup of it with `tooling backup run --full`")


def _best(driver: "Barman", target: "Target", backup_id: str | None) -> dict[str, Any]:
    """Return which backup would be restored, and to which moment."""
    from tooling.backup.target import candidates

    best = next(candidates(driver, target, backup_id))
    return {
        "backup": best.backup.backup_id,
        "problem": best.backup.problem,
        "target": str(target),
        "note": best.note,
    }


def _beside(
    driver: "Barman",
    target: "Target",
    backup_id: str | None,
    conninfo: str,
    database: str,
    part: "Part",
    dry_run: bool,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Create the side database from a copy, which is removed afterwards; return the report."""
    from tooling.backup import side
    from tooling.backup.part import bring_back, check_room
    from tooling.database import connect

    with connect(conninfo, autocommit=True) as server:
        check_room(server, database)
        if dry_run:
            return {**_best(driver, target, backup_id), "database": database}
        with (
            side.scratch(driver, target, backup_id, tell) as restored,
            connect(side.url(conninfo, restored), autocommit=True) as copy,
        ):
            rows = bring_back(copy, server, database, part, driver.bin_dir)
    return {
        "backup": restored.backup.backup_id,
        "target": str(target),
        "note": restored.choice.note,
        "database": database,
        "rows": rows,
        "skipped": dict(restored.skipped),
    }
