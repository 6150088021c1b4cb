"""A server beside the one that was backed up: on a private socket, asking for no password."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tooling.backup import recovery, restore
from tooling.backup.barman import Barman
from tooling.backup.recovery import Tell
from tooling.backup.restore import Restored
from tooling.backup.target import Target
from tooling.database import connect
from tooling.errors import ToolingError
from tooling.server import places
from tooling.server.embedded import reachable_programs, sweep
from tooling.server.server import Server

PORT = 5432
HBA = "side_hba.conf"
_SCRATCH = "eagle-restored-"
_SUPERUSER = "select rolname from pg_catalog.pg_roles where oid = 10"


def server(barman: Barman, data_dir: Path) -> Server:
    """Return the server that runs in a folder beside; its socket is private."""
    place = data_dir.with_name(f"{data_dir.name}.side")
    account = places.account_of(data_dir.parent)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    places.hand_over(place, account)
    programs = reachable_programs(place, account, barman.bin_dir)
    # The server's own settings may name its data directory.
    options = ("-c", f"data_directory={data_dir}")
    return Server(programs, data_dir, places.socket_folder(place, PORT, account), PORT, options)


def url(source: str, restored: Restored) -> str:
    """Return the address of a database in the copy, for its superuser; `source` is the original."""
    with connect(source) as connection:
        row = connection.execute(_SUPERUSER).fetchall()[0]
        return restored.server.url(connection.info.dbname, str(row[0]))


def start(restored: Restored, *, run: bool = True, tell: Tell = lambda _: None) -> Restored:
    """Start a restored copy beside; it never touches settings, ports or files of the source.

    It has recovered, and takes writes, when this returns; that may take long, and `tell` says how
    far it is.
    """
    beside = restored.server
    (beside.data_dir / HBA).write_text("local all all trust\n", encoding="utf-8")
    private = {
        "listen_addresses": "",
        "port": beside.port,
        "unix_socket_directories": f'"{beside.socket_dir}"',
        "unix_socket_permissions": "0700",
        "hba_file": beside.data_dir / HBA,
        "ssl": "off",
        "hot_standby": "off",
        "logging_collector": "off",
        "log_destination": "stderr",
        "log_startup_progress_interval": "1s",
        "external_pid_file": "",
    }
    choice = restored.choice
    recovery.request(beside.data_dir, choice.line, choice.goal, private)
    for folder in restored.spaces.values():
        recovery.give(folder)
    began = time.monotonic()
    if run:
        beside.start(recovering=recovery.watch(beside, choice.line, tell))
    return replace(restored, recovery_seconds=round(time.monotonic() - began, 2))


@contextlib.contextmanager
def scratch(
    barman: Barman,
    target: Target | None = None,
    backup_id: str | None = None,
    tell: Tell = lambda _: None,
) -> Iterator[Restored]:
    """Yield a restored, running copy in a folder of its own; it goes when the block ends.

    The log of a copy that does not start is kept among the backups.
    """
    place = places.scratch_folder(_SCRATCH)
    sweep(place.parent, _SCRATCH)
    beside = server(barman, place / "data")
    try:
        restored = restore.restore(barman, beside, target or Target(), backup_id)
        try:
            started = start(restored, tell=tell)
        except ToolingError as error:
            kept = barman.settings.home / "restore.log"
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(beside.log, kept)
            raise ToolingError(error.message, hint=f"Read {kept}") from error
        yield started
    finally:
        beside.stop("immediate")
        shutil.rmtree(place)
