"""A server beside the one that was backed up: on a private socket, asking for no password."""

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tooling.backup import restore
from tooling.backup.barman import Barman, connection_of
from tooling.backup.restore import Restored, Target
from tooling.database import connect
from tooling.server import places
from tooling.server.embedded import reachable_programs, sweep
from tooling.server.server import Server

PORT = 5432
_HBA = "side_hba.conf"
_SCRATCH = "eagle-restored-"
_SUPERUSER = "select rolname from pg_catalog.pg_roles where oid = 10"


def server(barman: Barman, data_dir: Path) -> Server:
    """Return the server that runs in a folder beside; its socket is private."""
    place = data_dir.with_name(f"{data_dir.name}.side")
    account = places.account_of(data_dir.parent)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    places.hand_over(place, account)
    programs = reachable_programs(place, account, barman.bin_dir)
    return Server(programs, data_dir, places.socket_folder(place, PORT, account), PORT)


def original(barman: Barman, data_dir: Path) -> Server:
    """Return the server that was backed up, as it is reached by its socket."""
    target = connection_of(barman.settings)
    port = int(target.get("port", PORT))
    place = data_dir.parent
    programs = reachable_programs(place, places.account_of(place), barman.bin_dir)
    return Server(programs, data_dir, Path(target.get("host", "/tmp")), port)  # noqa: S108


def url(source: str, restored: Restored) -> str:
    """Return the address of a database in the copy, for its superuser; `source` is the original."""
    with connect(source) as connection:
        row = connection.execute(_SUPERUSER).fetchall()[0]
        return restored.server.url(connection.info.dbname, str(row[0]))


def start(restored: Restored, *, run: bool = True) -> Restored:
    """Start a restored copy beside; it never touches settings, ports or files of the source."""
    beside = restored.server
    (beside.data_dir / _HBA).write_text("local all all trust\n", encoding="utf-8")
    private = {
        "listen_addresses": "",
        "port": beside.port,
        "unix_socket_directories": f'"{beside.socket_dir}"',
        "unix_socket_permissions": "0700",
        "hba_file": beside.data_dir / _HBA,
        "ssl": "off",
        "hot_standby": "off",
        "logging_collector": "off",
        "log_destination": "stderr",
        "primary_conninfo": "",
        "primary_slot_name": "",
    }
    return _started(restored, private, run)


def start_original(restored: Restored, *, run: bool = True) -> Restored:
    """Start a server restored in its own place, with its own settings."""
    return _started(restored, {}, run)


def _started(restored: Restored, settings: Mapping[str, object], run: bool) -> Restored:
    restore.settle(restored.server, settings)
    began = time.monotonic()
    if run:
        restored.server.start()
    return replace(restored, recovery_seconds=round(time.monotonic() - began, 2))


@contextlib.contextmanager
def scratch(
    barman: Barman, target: Target | None = None, backup_id: str | None = None
) -> Iterator[Restored]:
    """Yield a restored, running copy in a folder of its own; it goes when the block ends."""
    place = places.scratch_folder(_SCRATCH)
    sweep(place.parent, _SCRATCH)
    beside = server(barman, place / "data")
    try:
        yield start(restore.restore(barman, beside, target or Target(), backup_id))
    finally:
        beside.stop("immediate")
        shutil.rmtree(place)
