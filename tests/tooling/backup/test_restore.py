"""`tooling restore`: to any moment, over nothing by accident, from nothing damaged."""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.tooling.backup.world import World, damaged, world
from tooling.backup import barman, catalog, recovery, side, timelines
from tooling.errors import Exit
from tooling.server import server


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    """Yield a world: 1, a backup, 2, a moment, 3, a named point, 4, an increment, 5."""
    with world({"summarize_wal": "on", "track_commit_timestamp": "on"}) as made:
        made.insert(1)
        made.json("backup", "run")
        made.insert(2)
        time.sleep(0.01)
        ((moment,),) = made.sql("select clock_timestamp()::text")
        (made.place / "moment").write_text(moment)
        time.sleep(0.01)
        made.insert(3)
        made.sql("select pg_create_restore_point('before four')")
        made.insert(4)
        made.json("backup", "run")
        made.insert(5)
        made.received()
        yield made


def test_the_newest_moment_is_that_of_the_last_commit(source: World, folder: Path) -> None:
    done = source.json("restore", "--to", folder)
    assert source.kept(done["url"]) == [1, 2, 3, 4, 5]


def test_a_moment_between_two_commits(source: World, folder: Path) -> None:
    moment = (source.place / "moment").read_text()
    done = source.json("restore", "--to", folder, "--target-time", moment)
    assert source.kept(done["url"]) == [1, 2]


def test_a_named_point_is_found_in_the_log(source: World, folder: Path) -> None:
    done = source.json("restore", "--to", folder, "--target-name", "before four")
    assert source.kept(done["url"]) == [1, 2, 3]
    assert done["backup"] == source.backups()[0].backup_id


def test_a_copy_waits_for_no_standby_and_archives_nothing(source: World, folder: Path) -> None:
    url = source.json("restore", "--to", folder)["url"]
    shown = "select current_setting('synchronous_standby_names'), current_setting('archive_mode')"
    assert source.sql(shown, url) == [("", "off")]
    assert source.sql("show listen_addresses", url) == [("",)]


@pytest.mark.parametrize(
    "words", [("--target-name", "never"), ("--target-time", "2001-01-01 00:00:00")]
)
def test_a_moment_that_no_backup_leads_to_is_refused(
    source: World, folder: Path, words: tuple[str, str]
) -> None:
    done = source.tooling("restore", "--to", folder, *words)
    assert done.returncode == Exit.INPUT
    assert "can be restored to" in done.stderr
    assert not folder.exists()


def test_a_moment_after_the_last_commit_is_the_newest_one(source: World, folder: Path) -> None:
    ((moment,),) = source.sql("select clock_timestamp()::text")
    done = source.json("restore", "--to", folder, "--target-time", moment)
    assert "is before the target: all WAL received was replayed" in done["note"]
    assert source.kept(done["url"]) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "words", [("--target-time", "2999-01-01 00:00:00"), ("--target-lsn", "FF/0")]
)
def test_a_moment_that_has_not_been_received_is_refused(
    source: World, folder: Path, words: tuple[str, str]
) -> None:
    done = source.tooling("restore", "--to", folder, *words)
    assert done.returncode == Exit.INPUT
    assert "cannot be restored: the" in done.stderr
    assert list(source.place.glob("copy*")) == []


def test_the_list_shows_which_moments_can_be_restored(source: World) -> None:
    ((last,),) = source.sql("select timestamp from pg_last_committed_xact()")
    listed = source.json("backup", "list")["backups"]
    for one, backup in zip(listed, source.backups(), strict=True):
        assert datetime.fromisoformat(one["window"]["begin"]) == backup.end_time
        assert datetime.fromisoformat(one["window"]["end"]) == last
    assert f" to {last:%Y-%m-%d %H:%M:%S}" in source.tooling("backup", "list").stdout


def test_a_recovery_is_waited_for_and_told_of(
    source: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it takes: here each commit is replayed a time after it was made."""
    began = time.monotonic()
    source.sql("select txid_current()")
    time.sleep(2.5)
    source.received()
    source.json("restore", "--to", folder, "--no-start")
    with (folder / "postgresql.auto.conf").open("a") as file:
        file.write(f"recovery_min_apply_delay = '{time.monotonic() - began + 3:.0f}s'\n")
    copy = side.server(barman.configured(source.settings), folder)
    monkeypatch.setattr(server, "START_SECONDS", 0)
    line = timelines.line(source.settings, source.backups()[-1])
    assert line
    monkeypatch.setattr(recovery, "_TELL_EVERY", 0.5)
    said: list[str] = []
    copy.start(recovering=recovery.watch(copy, line, said.append))
    assert source.sql("select pg_is_in_recovery()", copy.url()) == [(False,)]
    assert "replayed WAL up to 0/" in said[-1]


def test_a_damaged_backup_is_passed_over_for_an_older_one(source: World, folder: Path) -> None:
    full, increment = source.backups()
    file = catalog.data(source.settings, increment.backup_id) / "global/pg_control"
    with damaged(file, at=100):
        done = source.json("restore", "--to", folder)
    assert (done["backup"], list(done["skipped"])) == (full.backup_id, [increment.backup_id])
    assert source.kept(done["url"]) == [1, 2, 3, 4, 5]


def test_without_a_sound_one_nothing_is_restored(source: World, folder: Path) -> None:
    full = source.backups()[0]
    file = catalog.data(source.settings, full.backup_id) / "global/pg_control"
    with damaged(file, at=100):
        done = source.tooling("restore", "--to", folder)
    assert done.returncode == Exit.DAMAGED
    assert "is damaged" in done.stderr
    assert not folder.exists()


def test_a_log_cut_short_is_not_taken_for_its_end(source: World, folder: Path) -> None:
    increment = source.backups()[-1]
    segment = source.last_segment().with_name(str(increment.begin_wal))
    with damaged(segment, size=1_000_000):
        done = source.tooling("restore", "--to", folder)
    assert done.returncode == Exit.DAMAGED
    assert "the WAL after" in done.stderr
    assert not folder.exists()


def test_nothing_is_written_over_by_accident(source: World, folder: Path) -> None:
    folder.mkdir()
    (folder / "mine").touch()
    done = source.tooling("restore", "--to", folder)
    assert (done.returncode, "holds files" in done.stderr) == (Exit.REFUSED, True)
    assert (folder / "mine").exists()
    moved = Path(source.json("restore", "--to", folder, "--overwrite", "--no-start")["before"])
    assert (moved / "mine").exists()


def test_a_running_server_is_replaced_when_told_twice(source: World) -> None:
    for words in ((), ("--overwrite",)):
        done = source.tooling("restore", "--in-place", *words)
        assert (done.returncode, "a server runs in" in done.stderr) == (Exit.REFUSED, True)
    source.insert(6)
    source.received()
    done = source.json("restore", "--in-place", "--overwrite", "--overwrite")
    assert source.kept() == [1, 2, 3, 4, 5, 6]
    shutil.rmtree(done["before"])


def test_a_server_restored_in_its_place_is_backed_up_again(source: World, folder: Path) -> None:
    made = source.json("backup", "run")
    assert made["timeline"] > 1
    source.insert(7)
    source.received()
    url = source.json("restore", "--to", folder)["url"]
    assert source.kept(url) == source.kept()


def test_a_dry_run_says_what_would_be_restored(source: World, folder: Path) -> None:
    done = source.tooling("restore", "--to", folder, "--dry-run", "--json")
    assert json.loads(done.stdout)["backup"] == source.backups()[-1].backup_id
    assert not folder.exists()
