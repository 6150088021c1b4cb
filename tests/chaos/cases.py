"""The ways to destroy a server, each with the commands of the guide that bring it back."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from tests.chaos import receiver, recovery
from tests.chaos.stage import Stage
from tests.servers import BUILD
from tests.tooling.backup.s3 import BUCKET, s3
from tooling.backup import catalog
from tooling.packages import debian
from tooling.server import processes
from tooling.server.server import Server

SMALL_DISK = "900m"


@dataclass(frozen=True)
class Case:
    """A way to destroy a server; `disk` yields a small one, None if this account cannot have it."""

    name: str
    what: str
    play: Callable[[Stage], None]
    disk: Callable[[], AbstractContextManager[Path | None]] | None = None


def kill_server(on: Stage) -> None:
    on.world.server.kill()
    on.recover()


def delete_data(on: Stage) -> None:
    on.world.server.kill()
    shutil.rmtree(on.world.server.data_dir)
    on.recover("restore", "--in-place")


def corrupt_page(on: Stage) -> None:
    ((path,),) = on.world.sql("select pg_relation_filepath('cold')")
    on.world.server.stop()
    with (on.world.server.data_dir / path).open("r+b") as file:
        file.seek(3 * 8192 + 5000)
        file.write(os.urandom(100))
    on.world.server.start()
    on.must_notice("backup", "run", "--full")
    on.recover("restore", "--in-place", "--overwrite", "--overwrite")


def truncate_segment(on: Stage) -> None:
    on.world.sql("select pg_switch_wal()")
    begin = on.world.backups()[-1].begin_wal or ""
    on.until(lambda: on.world.last_segment().name > begin, "a segment is archived")
    segment = on.world.last_segment()
    os.truncate(segment, segment.stat().st_size // 2)
    on.must_notice("backup", "verify")
    on.world.json("backup", "run", "--full")
    on.write_for(1)
    delete_data(on)


def fill_disk(on: Stage) -> None:
    data = on.world.server.data_dir
    filler = data.parent / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * (1 << 20))
                file.flush()
        except OSError:
            pass
    for _ in range(8):
        with contextlib.suppress(psycopg.Error):
            on.world.sql("select pg_logical_emit_message(false, 'chaos', 'fills a segment')")
            on.world.sql("select pg_switch_wal()")
    assert "No space left on device" in on.world.server.log.read_text(), "the disk is not full"
    filler.unlink()
    if on.world.server.is_running():
        on.world.server.stop("immediate")
    on.recover()


def damage_backup(on: Stage) -> None:
    on.world.json("backup", "run", "--full")
    on.write_for(1)
    newest = on.world.backups()[-1].backup_id
    files = catalog.data(on.world.settings, newest).rglob("*")
    largest = max((file for file in files if file.is_file()), key=lambda file: file.stat().st_size)
    with largest.open("r+b") as file:
        file.seek(largest.stat().st_size // 2)
        file.write(b"\xff\x00\xff")
    on.must_notice("backup", "verify")
    delete_data(on)


def lose_machine(on: Stage) -> None:
    with s3() as store, tempfile.TemporaryDirectory(prefix="eagle-keys-") as keys:
        identity = Path(keys) / "backups.key"
        given = {
            **store.environment,
            "AWS_ENDPOINT_URL_S3": store.endpoint,
            "TOOLING_BACKUP_BUCKET": BUCKET,
            "TOOLING_BACKUP_RECIPIENTS": f"{identity}.pub",
        }
        on.world = replace(on.world, given={**on.world.given, **given})
        assert on.world.tooling("backup", "key", identity).returncode == 0
        on.world.json("backup", "run", "--full")
        on.write_for(1)
        on.hold_writers()
        ((last,),) = on.world.sql("select pg_walfile_name(pg_switch_wal())")
        on.until(lambda: on.world.last_segment().name >= last, "the last segment is archived")
        on.world.json("backup", "ship")
        on.stop_receiver()
        on.world.server.kill()
        shutil.rmtree(on.world.server.data_dir)
        shutil.rmtree(on.world.home)
        on.recover("backup", "fetch", "--identity", str(identity))
        fetched = on.recovery_seconds
        on.recover("restore", "--in-place")
        on.recovery_seconds = round(fetched + on.recovery_seconds, 2)
        on.release_writers()


def kill_receiver(on: Stage) -> None:
    ((pid,),) = on.world.sql("select active_pid from pg_replication_slots")
    found = [
        child
        for process in processes.children_of(os.getpid())
        for barman in processes.children_of(process)
        for child in processes.children_of(barman)
    ]
    assert pid and found, "no receiver to kill"
    for one in found:
        os.kill(one, signal.SIGKILL)
    on.write_for(3)
    delete_data(on)


def jump_clock(on: Stage) -> None:
    clock = on.world.place / "clock"
    clock.write_text("+0\n")
    clock.chmod(0o644)
    library = next(
        debian.unpacked(["libfaketime"], BUILD / "libfaketime").rglob("libfaketimeMT.so.1")
    )
    shown = shutil.copy(library, on.world.place / library.name)
    server = on.world.server
    clocked = Clocked(server.bin_dir, server.data_dir, server.socket_dir, server.port)
    server.stop()
    CLOCK.update(
        LD_PRELOAD=str(shown), FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )  # fmt: skip
    clocked.start()
    on.write_for(1)
    ((before,),) = on.world.sql("select extract(epoch from clock_timestamp())::float")
    for jump in ("+3600", "-7200"):
        clock.write_text(f"{jump}\n")
        on.write_for(1)
        on.world.json("backup", "run", "--full")
    ((after,),) = on.world.sql("select extract(epoch from clock_timestamp())::float")
    assert after < before - 3600, "the clock did not jump"
    delete_data(on)


class Clocked(Server):
    """A server whose clock is what a file says."""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **CLOCK}


CLOCK: dict[str, str] = {}


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """Yield a folder on a small disk of its own; None if this account may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="eagle-small-", dir="/tmp"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=1777", "none", str(folder)]
    try:
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        folder.chmod(0o1777)
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


CASES = (
    Case("kill-server", "kill -9 of the server and its children", kill_server),
    Case("delete-data", "kill -9, then the data directory deleted", delete_data),
    Case("corrupt-page", "100 bytes of a table's page overwritten", corrupt_page),
    Case(
        "truncate-segment",
        "a segment in the archive cut in half, then delete-data",
        truncate_segment,
    ),
    Case("full-disk", "the disk of the data filled to the last byte", fill_disk, small_disk),
    Case(
        "damage-backup", "three bytes of the newest backup changed, then delete-data", damage_backup
    ),
    Case(
        "lose-machine",
        "data and backups both deleted, then back from the encrypted store",
        lose_machine,
    ),
    Case("kill-receiver", "kill -9 of the receiver, then delete-data", kill_receiver),
    Case("jump-clock", "the clock an hour ahead, then two back, then delete-data", jump_clock),
    *(Case(*play) for play in receiver.PLAYS),
    *(Case(*play) for play in recovery.PLAYS),
)
