"""`tooling restore`: a backup and the log after it, into a folder or into a side database."""

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
    from tooling.backup.restore import Target


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
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Data folder to make.")
@click.option("--in-place", is_flag=True, help="Into the data folder that was backed up.")
@click.option("--into", "database", metavar="NAME", help="Side database to make, for --table and "
              "--account.")  # fmt: skip
@click.option("--table", "tables", multiple=True, metavar="SCHEMA.TABLE",
              help="With --into: only the rows of this table; may be repeated.")  # fmt: skip
@click.option("--account", type=click.UUID, help="With --into: only the rows of this account.")
@click.option("--backup", "backup_id", metavar="ID", help="The backup to use; default: the newest "
              "sound one that leads there.")  # fmt: skip
@click.option("--target-time", metavar="TIME", callback=_moment, help="Up to this moment; UTC "
              "if it names no offset.")  # fmt: skip
@click.option("--target-name", help="Up to this point, named by pg_create_restore_point().")
@click.option("--target-lsn", help="Up to this position in the log.")
@click.option(
    "--overwrite",
    count=True,
    help="Move away what is in the folder; given twice, also stop the server that runs in it.",
)
@click.option("--start/--no-start", default=True, show_default=True, help="Start the server.")
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
    overwrite: int,
    start: bool,
    dry_run: bool,
    as_json: bool,
    dsn: str | None,
) -> None:
    """Restore the server to the newest moment, or to one before; exit 13 if damaged.

    With --to a copy runs beside: on a private socket, which is printed. With --in-place the server
    itself comes back, with its settings; what was in its folder is moved, never deleted. Every file
    and every record of the log is checked; a damaged backup is passed over for an older one. A
    restored server waits for no standby (synchronous_standby_names) and archives nothing.

    With --into one account or some tables come back, as they were, into a new database that only
    superusers enter, on the server of --dsn; a whole copy is restored into TMPDIR on the way.

    \b
      tooling restore --to /srv/look --target-time '2026-11-23 08:30:00'
      tooling restore --in-place --overwrite --overwrite
      tooling restore --into before_1403 --account 0194f3c0-0000-7000-8000-000000000001
    """
    from tooling.backup import barman, catalog, settings, side
    from tooling.backup import restore as restoring
    from tooling.backup.part import Part

    if sum((folder is not None, in_place, database is not None)) != 1:
        raise click.UsageError("give one of --to FOLDER, --in-place and --into NAME")
    if (database is not None) != bool(tables or account):
        raise click.UsageError("--into asks for --table or --account, and they for --into")
    if database is not None and (overwrite or not start):
        raise click.UsageError("--overwrite and --no-start say nothing about --into")
    if sum(map(bool, (target_time, target_name, target_lsn))) > 1:
        raise click.UsageError("give one of --target-time, --target-name and --target-lsn")
    driver = barman.configured(settings.load())
    target = restoring.Target(target_time, target_name, target_lsn)
    if database is not None:
        part = Part(tables, account)
        _print(_beside(driver, target, backup_id, dsn, database, part, dry_run), as_json)
        return
    place = folder.resolve() if folder else catalog.original(driver.settings)
    server = side.server(driver, place) if folder else side.original(driver, place)
    if dry_run:
        best = restoring.candidates(driver, target, backup_id)[0]
        _print({"backup": best.backup_id, "target": str(target), "data": str(place)}, as_json)
        return
    before = restoring.make_room(server, overwrite)
    done = restoring.restore(driver, server, target, backup_id)
    begin = side.start if folder else side.start_original
    done = begin(done, run=start)
    report: dict[str, Any] = {
        "backup": done.backup.backup_id,
        "target": str(target),
        "data": str(place),
        "before": str(before) if before else None,
        "url": server.url() if start else None,
        "copy_seconds": done.copy_seconds,
        "recovery_seconds": done.recovery_seconds,
        "skipped": dict(done.skipped),
    }
    _print(report, as_json)


def _beside(
    driver: "Barman",
    target: "Target",
    backup_id: str | None,
    dsn: str | None,
    database: str,
    part: "Part",
    dry_run: bool,
) -> dict[str, Any]:
    """Make the side database out of a copy that goes afterwards; return the report."""
    from tooling.backup import restore as restoring
    from tooling.backup import side
    from tooling.backup.part import bring_back, check_room
    from tooling.database import connect, resolve

    with connect(dsn, autocommit=True) as server:
        check_room(server, database)
        if dry_run:
            best = restoring.candidates(driver, target, backup_id)[0]
            return {"backup": best.backup_id, "target": str(target), "database": database}
        with (
            side.scratch(driver, target, backup_id) as restored,
            connect(side.url(resolve(dsn), restored), autocommit=True) as copy,
        ):
            rows = bring_back(copy, server, database, part, driver.bin_dir)
    return {
        "backup": restored.backup.backup_id,
        "target": str(target),
        "database": database,
        "rows": rows,
        "skipped": dict(restored.skipped),
    }


def _print(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        printing.say_json(report)
        return
    for name, value in report.items():
        if value not in (None, {}):
            printing.say(f"{name:<17} {value}")
