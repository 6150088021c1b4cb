"""`tooling backup`: take, list, verify and prune backups."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tooling import printing
from tooling.cli import backup_dump, options
from tooling.errors import Exit

if TYPE_CHECKING:
    from tooling.backup.catalog import Backup
    from tooling.backup.settings import BackupSettings

_SHIP_SECONDS = 20.0


@click.group()
def command() -> None:
    """Back up the server: base backups, the log as it is written, and their verification.

    Barman does it, set up by these commands. The backups are in .backups, in TOOLING_BACKUP_HOME,
    or where [tool.tooling.backup] of pyproject.toml says: on another disk than the data, better on
    another machine. Needs a role that may replicate and back up.

    \b
      tooling backup run
      tooling backup list
      tooling backup verify
    """


command.add_command(backup_dump.command, "dump")


@command.command()
@click.option("--full", is_flag=True, help="Take a full backup, not an increment.")
@options.as_json
@options.dsn
def run(full: bool, as_json: bool, dsn: str | None) -> int:
    """Take a backup of the server and verify it; exit 13 if it is damaged.

    An increment to the last backup where the server can (17 or later, summarize_wal on), else a
    full one, and a full one each week. The receiver of the log is started if none runs. Where a
    bucket is set, backup and log are copied there, encrypted.

    \b
      tooling backup run --json
    """
    from tooling.backup import settings, take
    from tooling.database import connect

    chosen = settings.load()
    with connect(dsn, role="eagle_backup", autocommit=True) as connection:
        made = take.take(chosen, connection, full=full)
    code = _show(made, as_json)
    if chosen.bucket and not made.problem:
        from tooling.backup.ship import ship as copy

        copy(chosen, lambda key: printing.say(f"copied {key}", err=True))
    return code


@command.command("list")
@options.as_json
def list_(as_json: bool) -> None:
    """List the backups, oldest first. The server is not needed.

    \b
      tooling backup list --json
    """
    from tooling.backup import catalog, settings

    chosen = settings.load()
    found = catalog.backups(chosen)
    if as_json:
        report = {"home": str(chosen.home), "backups": [one.as_dict() for one in found]}
        printing.say_json(report)
        return
    for one in found:
        printing.say(_line(one))
    printing.say(f"{len(found)} backups in {chosen.home}", err=True)


@command.command()
@click.argument("backup_id", default="latest")
@options.as_json
def verify(backup_id: str, as_json: bool) -> int:
    """Read a backup, those it adds to and all of the log after it; exit 13 if damaged.

    Every file is compared with the checksum of its manifest, every record of the log with its own.
    What is found stays in the list. The server is not needed.

    \b
      tooling backup verify 20261123T031500
    """
    from tooling.backup import barman, catalog, settings, take

    chosen = settings.load()
    driver = barman.configured(chosen)
    return _show(take.verify(driver, catalog.find(chosen, backup_id)), as_json)


@command.command()
@click.option("--stop", "stop_only", is_flag=True, help="Stop the receiver in the background.")
@options.dsn
def receive(stop_only: bool, dsn: str | None) -> None:
    """Receive the log as it is written, until stopped; for systemd or compose to keep running.

    It comes back after every restart of the server, and starts anew when synchronous_standby_names
    begins to name barman_receive_wal: from then on no commit is acknowledged that is not on this
    disk, too, and none at all while nobody receives. Where a bucket is set, each complete segment
    is copied there within half a minute. `tooling backup run` starts a receiver in the
    background, which no one watches: it ends with the server.

    \b
      tooling backup receive
    """
    import signal

    from tooling.backup import barman, settings
    from tooling.backup.receive import receive as keep_receiving

    if stop_only:
        barman.configured(settings.load()).attempt("receive-wal", "--stop")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    chosen = settings.load()
    shipping = threading.Thread(target=_keep_shipping, args=(chosen, stop))
    if chosen.bucket:
        shipping.start()
    keep_receiving(chosen, dsn, stop, lambda said: printing.say(said, err=True))
    if chosen.bucket:
        shipping.join()


@command.command()
@options.dry_run
@options.as_json
def prune(dry_run: bool, as_json: bool) -> None:
    """Delete backups that are too old, and the log that only they need.

    A backup stays of each of 30 days, 12 weeks and 12 months, and every moment of 7 days; other
    numbers stand in [tool.tooling.backup]. What a staying increment adds to stays, and the newest
    backup always does. What goes here also goes from the bucket. The server is not needed.

    \b
      tooling backup prune --dry-run
    """
    from datetime import UTC, datetime

    from tooling.backup import barman, settings
    from tooling.backup.prune import prune as delete

    chosen = settings.load()
    driver = barman.configured(chosen)
    plan, segments = delete(driver, datetime.now(UTC), dry_run=dry_run)
    if chosen.bucket and not dry_run:
        from tooling.backup.ship import forget

        forget(chosen, [one.backup_id for one in plan.delete], segments)
    report = {
        "dry_run": dry_run,
        "kept": plan.why,
        "deleted": [one.backup_id for one in plan.delete],
        "log_from": plan.log_from.backup_id if plan.log_from else None,
        "segments": len(segments),
    }
    if as_json:
        printing.say_json(report)
        return
    for one in plan.keep:
        printing.say(f"{one.backup_id}  stays: {plan.why.get(one.backup_id, 'not complete yet')}")
    for one in plan.delete:
        printing.say(f"{one.backup_id}  {'would go' if dry_run else 'deleted'}")
    printing.say(
        f"{len(segments)} segments of the log {'would go' if dry_run else 'deleted'}", err=True
    )


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def key(file: Path) -> None:
    """Make a pair of keys: FILE opens copies, FILE.pub encrypts them. Existing files stay.

    FILE belongs where neither the server nor the store is: without it no copy can be read, by
    anybody. FILE.pub is what `recipients` in [tool.tooling.backup] names.

    \b
      tooling backup key backups.key
    """
    from tooling.backup import sealing

    printing.say(sealing.make_keys(file))


@command.command()
@options.as_json
def ship(as_json: bool) -> None:
    """Copy verified backups and the log to the bucket, encrypted; only what is not there yet.

    Bucket, endpoint and recipients stand in [tool.tooling.backup]; credentials come from the
    environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) or wherever S3 clients look. Interrupted,
    the same command goes on. The server is not needed.

    \b
      tooling backup ship --json
    """
    from tooling.backup import settings
    from tooling.backup.ship import ship as copy

    done = copy(settings.load(), lambda key: None if as_json else printing.say(key))
    if as_json:
        printing.say_json({"copied": list(done.keys), "bytes": done.bytes})
    else:
        printing.say(f"{len(done.keys)} objects copied, {done.bytes / 1e6:,.1f} MB", err=True)


@command.command()
@click.option(
    "--identity",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The secret key that opens the copies.",
)
@click.option("--backup", "backup_id", metavar="ID", help="Default: the newest.")
@options.as_json
def fetch(identity: Path, backup_id: str | None, as_json: bool) -> None:
    """Bring a backup and the log after it back from the bucket, to a machine that has none.

    The folder of backups must not be there; it appears when all has arrived and opened. Then
    `tooling backup verify` and `tooling restore` work as ever. Exit 10 if an object is damaged or
    the key is another's.

    \b
      tooling backup fetch --identity backups.key
      tooling restore --to /srv/eagle
    """
    from tooling.backup import settings
    from tooling.backup.fetch import fetch as bring

    chosen = settings.load()
    got = bring(
        chosen, identity, backup_id, lambda key: None if as_json else printing.say(key, err=True)
    )
    report = {"home": str(chosen.home), **got.as_dict()}
    if as_json:
        printing.say_json(report)
    else:
        printing.say(f"{got.backup_id} is in {chosen.home}")


def _keep_shipping(settings: "BackupSettings", stop: threading.Event) -> None:
    """Copy what has arrived, every half a minute; say what goes wrong, and try again."""
    from tooling.backup.ship import ship as copy
    from tooling.errors import ToolingError

    while not stop.wait(_SHIP_SECONDS):
        try:
            copy(settings)
        except (ToolingError, OSError) as error:
            printing.say(f"not copied: {error}", err=True)


def _show(backup: "Backup", as_json: bool) -> int:
    if as_json:
        printing.say_json(backup.as_dict())
    else:
        printing.say(_line(backup))
    if backup.problem and not as_json:
        printing.say("hint: Take a full one now: `tooling backup run --full`.", err=True)
    return Exit.DAMAGED if backup.problem else Exit.OK


def _line(backup: "Backup") -> str:
    kind = "increment" if backup.parent else "full"
    state = backup.status.lower() if not backup.is_done else "verified"
    if backup.is_done and not backup.verified_at:
        state = f"DAMAGED: {backup.problem}" if backup.problem else "not verified"
    return f"{backup.backup_id}  {kind:<9}  {backup.size / 1e6:>10,.1f} MB  {state}"
