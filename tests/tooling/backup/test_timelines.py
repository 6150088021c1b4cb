"""After a recovery or a failover, a restore follows the history of the current timeline."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tooling.backup.world import World, world
from tooling.backup import catalog, timelines
from tooling.backup.settings import BackupSettings
from tooling.server import places
from tooling.server.server import Server

SIZE = 16 << 20


@contextmanager
def receiving(made: World) -> Iterator[None]:
    """Run the receiver of production while the block runs."""
    process = made.start("backup", "receive")
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    """Yield a world with a backup and 1, that lost its data directory and was restored."""
    with world() as made:
        made.json("backup", "run", "--full")
        with receiving(made):
            made.insert(1)
            made.received()
            made.server.kill()
            shutil.rmtree(made.server.data_dir)
            made.json("restore", "--in-place")
            made.insert(2)
            for _ in range(2):
                made.sql("select pg_switch_wal()")
                made.insert(2)
            made.sql("select pg_create_restore_point('later')")
            made.insert(3)
            made.received()
            yield made


def test_the_newest_moment_is_restored_before_there_is_another_backup(
    source: World, folder: Path
) -> None:
    assert source.sql("select timeline_id from pg_control_checkpoint()") == [(2,)]
    assert source.kept(source.json("restore", "--to", folder)["url"]) == [1, 2, 2, 2, 3]
    assert source.tooling("backup", "verify").returncode == 0


def test_a_point_of_the_new_timeline_is_restored(source: World, folder: Path) -> None:
    done = source.json("restore", "--to", folder, "--target-name", "later")
    assert source.kept(done["url"]) == [1, 2, 2, 2]


def test_a_time_of_the_new_timeline_is_restored(source: World, folder: Path) -> None:
    ((moment,),) = source.sql("select clock_timestamp()::text")
    source.insert(4)
    source.received()
    done = source.json("restore", "--to", folder, "--target-time", moment)
    assert source.kept(done["url"]) == [1, 2, 2, 2, 3]


def test_a_receiver_that_is_named_once_it_has_a_segment_becomes_synchronous(
    source: World,
) -> None:
    source.sql("alter system set synchronous_standby_names = 'barman_receive_wal'")
    source.sql("select pg_reload_conf()")
    waiting = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        insert = pool.submit(source.sql, "create table waited ()")
        while not insert.done() and time.monotonic() < began + 60:
            time.sleep(0.2)
        waits = source.sql(waiting) != [(0,)]
        source.sql("alter system reset synchronous_standby_names")
        source.sql("select pg_reload_conf()")
    assert not waits


def test_what_a_recovery_discarded_comes_back_only_if_it_is_named(
    source: World, folder: Path
) -> None:
    """The second recovery in a row; the receiver may not have reconnected since."""
    source.sql("select pg_create_restore_point('before five')")
    source.insert(5)
    source.received()
    words = ("--target-name", "before five", "--overwrite", "--overwrite")
    done = source.json("restore", "--in-place", *words)
    shutil.rmtree(done["before"])
    source.insert(6)
    assert source.kept() == [1, 2, 2, 2, 3, 4, 6]
    assert timelines.current(source.settings) == 3
    kept = source.kept(source.json("restore", "--to", folder)["url"])
    assert (kept[:6], 5 in kept) == ([1, 2, 2, 2, 3, 4], False)
    source.stop_copy(folder)
    done = source.json("restore", "--to", folder, "--timeline", "2")
    assert source.kept(done["url"]) == [1, 2, 2, 2, 3, 4, 5]


def test_a_third_recovery_leads_to_what_the_second_one_left(source: World) -> None:
    done = source.json("restore", "--in-place", "--overwrite", "--overwrite")
    shutil.rmtree(done["before"])
    assert source.kept()[:6] == [1, 2, 2, 2, 3, 4]
    assert source.sql("select timeline_id from pg_control_checkpoint()") == [(4,)]


def test_after_a_failover_the_timeline_of_the_new_primary_is_followed() -> None:
    with world() as made:
        made.json("backup", "run", "--full")
        made.insert(1)
        standby = standby_of(made)
        made.insert(2)
        made.received()
        wait_until_replayed(made, standby)
        made.tooling("backup", "receive", "--stop")
        made.server.kill()
        after = replace(made, server=standby, url=standby.url())
        try:
            after.sql("select pg_promote()")
            with receiving(after):
                after.insert(3)
                after.received()
                folder = made.place / "copy"
                done = after.json("restore", "--to", folder)
                assert after.kept(done["url"]) == [1, 2, 3]
                made.stop_copy(folder)
        finally:
            standby.stop("immediate")


def standby_of(made: World) -> Server:
    """Return a running standby of the world's server."""
    data = made.place / "standby/data"
    data.parent.mkdir()
    account = places.account_of(Path("/"))
    places.hand_over(data.parent, account)
    server = made.server
    words = ["-D", data, "-R", "-d", f"host={server.socket_dir} user=postgres"]
    subprocess.run(
        [str(word) for word in (server.bin_dir / "pg_basebackup", *words, "-c", "fast")],
        check=True, env=server.environment(), **places.identity(account),
    )  # fmt: skip
    socket = places.private_folder(data.parent / "run", account)
    standby = replace(server, data_dir=data, socket_dir=socket)
    standby.start({"hot_standby": "on"})
    return standby


def wait_until_replayed(made: World, standby: Server) -> None:
    ((end,),) = made.sql("select pg_current_wal_lsn()")
    query = f"select pg_last_wal_replay_lsn() >= '{end}'"
    deadline = time.monotonic() + 60
    while made.sql(query, standby.url()) != [(True,)]:
        assert time.monotonic() < deadline, "the standby does not follow"
        time.sleep(0.1)


@pytest.fixture
def archive(tmp_path: Path) -> BackupSettings:
    """Return a folder whose backup A begins in segment 2; timeline 2 was begun inside of 5."""
    settings = BackupSettings(tmp_path / "backups")
    for name in ("meta", "streaming", "wals/0000000100000000", "wals/0000000200000000"):
        (catalog.folder(settings) / name).mkdir(parents=True)
    for name, begin, timeline in (("A", 2, 1), ("B", 6, 1), ("C", 7, 2)):
        (catalog.folder(settings) / f"meta/{name}-backup.info").write_text(
            f"status=DONE\nend_time=2026-11-21 01:16:00+00:00\nbegin_xlog=0/{begin}000028\n"
            f"end_xlog=0/{begin + 1}000000\ntimeline={timeline}\nxlog_segment_size={SIZE}\n"
        )
    history = catalog.folder(settings) / "streaming/00000002.history"
    history.write_text("1\t0/5000100\tno recovery target specified\n")
    return settings


def keep(settings: BackupSettings, timeline: int, *numbers: int, received: int = 0) -> None:
    place = catalog.folder(settings)
    for number in numbers:
        name = f"{timeline:08X}00000000{number:08X}"
        (place / "wals" / name[:16] / name).touch()
    if received:
        (place / f"streaming/{timeline:08X}00000000{received:08X}.partial").touch()


def names(settings: BackupSettings, backup: str, timeline: int | None = None) -> list[str]:
    """Return timeline and number of the segments that lead from a backup, as 1.5, and the end."""
    found = timelines.line(settings, catalog.find(settings, backup), timeline)
    if found is None:
        return []
    read = [f"{int(found.name(one)[:8], 16)}.{one}" for one in found.segments]
    end = [f"ends {found.end:X}"] if found.end else []
    return [*read, *end, *([found.missing] if found.missing else [])]


def test_the_segment_in_which_a_timeline_begins_is_read_of_the_newer_one(
    archive: BackupSettings,
) -> None:
    keep(archive, 1, 2, 3, 4, received=5)
    keep(archive, 2, 5, received=6)
    assert names(archive, "A") == ["1.2", "1.3", "1.4", "2.5", "2.6"]


def test_what_follows_on_the_older_one_is_read_only_of_that(archive: BackupSettings) -> None:
    keep(archive, 1, 2, 3, 4, 5, 6, 7)
    keep(archive, 2, 5)
    assert names(archive, "A") == ["1.2", "1.3", "1.4", "2.5"]
    assert names(archive, "A", 1) == ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"]
    assert names(archive, "B") == []
    assert names(archive, "B", 1) == ["1.6", "1.7"]


def test_until_the_newer_one_arrives_the_older_one_ends_where_it_was_left(
    archive: BackupSettings,
) -> None:
    keep(archive, 1, 2, 3, 4, 5, 6)
    assert names(archive, "A") == ["1.2", "1.3", "1.4", "1.5", "ends 5000100"]


def test_a_segment_that_was_not_received_whole_ends_the_line(archive: BackupSettings) -> None:
    keep(archive, 1, 2, 3, 4, 6, received=5)
    assert names(archive, "A", 1) == ["1.2", "1.3", "1.4", "1.5", "000000010000000000000005"]
    (aside := archive.home / "discarded/1").mkdir(parents=True)
    (partial,) = catalog.folder(archive).glob("streaming/*.partial")
    partial.rename(aside / partial.name)
    assert names(archive, "A") == ["1.2", "1.3", "1.4", "1.5", "ends 5000100"]


def test_what_was_never_received_is_missing(archive: BackupSettings) -> None:
    keep(archive, 1, 2, 3, 4, 5, 6)
    keep(archive, 2, 7)
    assert names(archive, "A")[-2:] == ["ends 5000100", "000000020000000000000005"]
    assert names(archive, "C") == ["2.7"]
    found = timelines.check(archive, catalog.find(archive, "A"), Path(), whole=True)
    assert found == "000000020000000000000005 is missing from the archive"
