"""What ends a receiver for good, or a backup half-way; each then loses the data directory."""

import os
import shutil
import signal
from collections.abc import Callable

from tests.chaos.stage import SYNC, Stage
from tooling.backup import follow
from tooling.backup.barman import RECEIVER, SLOT
from tooling.server import processes

IN_PLACE = ("restore", "--in-place")
_STATE = f"select wal_status from pg_replication_slots where slot_name = '{SLOT}'"
_END = f"""
select pg_terminate_backend(pid) from pg_stat_replication where application_name = '{RECEIVER}'"""


def lose_slot(on: Stage) -> None:
    """Keep the receiver away for longer than the server keeps WAL; one command brings it back."""
    on.hold_writers()
    set_up(on, synchronous_standby_names="", max_slot_wal_keep_size="16MB")
    on.stop_receiver()
    on.until(lambda: on.world.sql(SYNC) == [], "the receiver has ended")
    for _ in range(5):
        on.world.sql("select pg_logical_emit_message(false, 'chaos', 'fills a segment')")
        on.world.sql("select pg_switch_wal()")
        on.world.sql("checkpoint")
    assert on.world.sql(_STATE) == [("lost",)]
    on.world.json("backup", "reset-receiver")
    on.start_receiver()
    set_up(on, synchronous_standby_names=RECEIVER, max_slot_wal_keep_size="-1")
    on.until(lambda: on.world.sql(SYNC) == [("sync",)], "the receiver is synchronous")
    on.release_writers()
    on.write_for(2)
    lose_data(on)


def drop_slot(on: Stage) -> None:
    """Drop the slot under load: the receiver creates it again, and no WAL is missing."""
    before = len(on.world.backups())
    dropped = False
    while not dropped:
        on.world.sql(_END)
        dropped = on.world.sql(
            f"select pg_drop_replication_slot(slot_name) from pg_replication_slots"
            f" where slot_name = '{SLOT}' and not active"
        ) != []  # fmt: skip
    on.until(lambda: on.world.sql(SYNC) == [("sync",)], "the receiver is synchronous again")
    on.write_for(2)
    assert len(on.world.backups()) == before
    assert follow.gap(on.world.settings, on.world.backups()[-1]) is None
    lose_data(on)


def kill_backup(on: Stage) -> None:
    """Kill a backup half-way, with Barman: it counts for nothing, and the next one succeeds."""
    process = on.world.start("backup", "run", "--full")
    folder = on.world.home / "main/base"
    before = set(folder.iterdir())
    on.until(lambda: set(folder.iterdir()) > before, "the backup has begun")
    started = [process.pid]
    for one in started:
        started += processes.children_of(one)
    assert len(started) > 2, "no Barman to kill"
    for one in started:
        os.kill(one, signal.SIGKILL)
    process.wait()
    on.world.json("backup", "run", "--full")
    on.write_for(1)
    lose_data(on)


def set_up(on: Stage, **settings: str) -> None:
    for name, value in settings.items():
        on.world.sql(f"alter system set {name} = '{value}'")
    on.world.sql("select pg_reload_conf()")


def lose_data(on: Stage) -> None:
    on.world.server.kill()
    shutil.rmtree(on.world.server.data_dir)
    on.recover(*IN_PLACE)


PLAYS: tuple[tuple[str, str, Callable[[Stage], None]], ...] = (
    ("lose-slot", "the receiver away until its slot is lost, then delete-data", lose_slot),
    ("drop-slot", "the slot dropped under load, then delete-data", drop_slot),
    ("kill-backup", "kill -9 of a backup half-way, then delete-data", kill_backup),
)
