"""The receiver follows its server through recoveries, failovers and lost slots."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.tooling.backup.world import World, world
from tooling.backup import barman, follow, identity, receive
from tooling.backup.barman import SLOT
from tooling.backup.catalog import Backup
from tooling.backup.follow import Slot, Source
from tooling.errors import Exit, RefusedError, ToolingError

MB = 1 << 20
SIZE = 16 * MB
SLOTS = f"select active, wal_status from pg_replication_slots where slot_name = '{SLOT}'"


def source(timeline: int = 1, flushed: int = 8, slot: Slot | None = None, **ends: float) -> Source:
    """Return a server whose positions are given in segments."""
    kept = slot or Slot(0, lost=False)
    known = {int(name[1:]): int(end * SIZE) for name, end in ends.items()}
    return Source(timeline, known, flushed * SIZE, SIZE, kept)


def name(timeline: int, number: int, suffix: str = "") -> str:
    return f"{timeline:08X}{0:08X}{number:08X}{suffix}"


PARTIAL = ".partial"
RUNBOOK = ROOT / "docs/how-to/runbooks/backups.md"
NOTHING = Backup(
    "", "DONE", None, None, None, None, None, None, None, 1, 0, 18, SIZE, checksums=True
)


def test_a_receiver_before_the_fork_follows_to_the_new_timeline() -> None:
    assert follow.problem(source(2, t1=5.5), [name(1, 5, PARTIAL)]) is None


def test_a_receiver_beyond_the_fork_is_on_a_discarded_timeline() -> None:
    said = follow.problem(source(2, t1=5.5), [name(1, 6, PARTIAL)])
    assert said
    assert "0/6000000 on timeline 1" in said
    assert "timeline 2" in said


@pytest.mark.parametrize(
    ("names", "gone"),
    [
        ([name(1, 5)], [name(1, 5)]),
        ([name(1, 4), name(1, 5, PARTIAL)], []),
        ([name(2, 6, PARTIAL)], [name(2, 6, PARTIAL)]),
        ([name(3, 6, PARTIAL)], []),
        ([name(3, 9, PARTIAL)], [name(3, 9, PARTIAL)]),
        ([name(4, 1, PARTIAL)], [name(4, 1, PARTIAL)]),
    ],
    ids=[
        "whole, with the fork in it", "before the fork", "after a second fork", "current",
        "ahead of the server", "a timeline that the server does not know",
    ],
)  # fmt: skip
def test_what_is_discarded(names: list[str], gone: list[str]) -> None:
    assert follow.discarded(source(3, t1=5.5, t2=5.75), names) == gone


def test_a_slot_that_is_missing_or_lost_is_a_problem() -> None:
    missing = Source(1, {}, SIZE, SIZE, None)
    assert "no replication slot" in str(follow.problem(missing, []))
    assert "is lost" in str(follow.problem(source(slot=Slot(None, lost=True)), []))


def test_wal_that_no_slot_keeps_is_given_up_only_by_one_that_has_tried() -> None:
    of = source(slot=Slot(7 * SIZE, lost=False))
    assert follow.problem(of, [name(1, 5, PARTIAL)]) is None
    assert "removed" in str(follow.problem(of, [name(1, 5, PARTIAL)], failed=True))
    assert follow.problem(of, [name(1, 7, PARTIAL)], failed=True) is None
    assert follow.removed(of, [name(1, 4), name(1, 6)]) == []


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        ([name(1, 3), name(1, 4), name(2, 5), name(2, 6)], None),
        ([name(1, 3), name(1, 4), name(1, 5), name(2, 6)], name(2, 5)),
        ([name(1, 3), name(2, 5), name(2, 6)], name(1, 4)),
        ([name(1, 3), name(1, 4), name(2, 5)], name(2, 6)),
    ],
)
def test_the_segment_of_a_fork_is_that_of_the_new_timeline(
    present: list[str], missing: str | None
) -> None:
    path = [(1, int(5.5 * SIZE)), (2, 7 * SIZE)]
    assert follow.first_missing(path, 3 * SIZE + 40, present, SIZE) == missing


@pytest.mark.parametrize(
    ("begin", "names", "missing"),
    [
        ("0/3000028", [name(1, 3), name(1, 4), name(2, 5)], None),
        ("0/3000028", [name(1, 3), name(2, 5), name(2, 6)], name(1, 4)),
        ("0/7000028", [name(1, 7), name(2, 5), name(2, 9)], None),
        ("0/3000028", [name(1, 3), name(1, 5)], name(1, 4)),
        ("0/3000028", [name(1, 3), name(1, 4, PARTIAL)], None),
    ],
    ids=["whole", "gap", "of the discarded timeline", "no history", "partial"],
)
def test_a_gap_after_a_backup(begin: str, names: list[str], missing: str | None) -> None:
    made = replace(NOTHING, begin_lsn=begin, timeline=1, segment_size=SIZE)
    assert follow.gap_among(names, {2: [(1, int(5.5 * SIZE))]}, made) == missing


@pytest.fixture
def followed() -> Iterator[World]:
    """Yield a world with a backup and a supervised receiver."""
    with world() as made:
        made.json("backup", "run")
        process = made.start("backup", "receive")
        try:
            until(lambda: made.sql(SLOTS) == [(True, "reserved")], "the receiver follows")
            yield made
        finally:
            process.terminate()
            process.wait(30)


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def put_back(made: World, folder: Path) -> None:
    """Put a copy of the data directory in its place, and recover it to a new timeline."""
    made.server.stop("immediate")
    data = made.server.data_dir
    shutil.rmtree(data)
    shutil.copytree(folder, data, symlinks=True, copy_function=shutil.copy2)
    owner = folder.stat()
    for path in [data, *data.rglob("*")]:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
    shutil.rmtree(data / "pg_replslot" / SLOT, ignore_errors=True)
    (data / "recovery.signal").touch()
    os.chown(data / "recovery.signal", owner.st_uid, owner.st_gid)
    with (data / "postgresql.auto.conf").open("a") as file:
        file.write("restore_command = 'false'\n")
    made.server.start()
    until(lambda: made.sql("select pg_is_in_recovery()") == [(False,)], "recovery ends")


def test_after_recoveries_in_a_row_the_receiver_follows_by_itself(followed: World) -> None:
    copy = followed.place / "copy"
    for number in (2, 3):
        followed.insert(number)
        followed.sql("checkpoint")
        followed.server.stop()
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(followed.server.data_dir, copy, symlinks=True)
        owner = followed.server.data_dir.stat()
        os.chown(copy, owner.st_uid, owner.st_gid)
        followed.server.start()
        until(lambda: followed.sql(SLOTS) == [(True, "reserved")], "the receiver follows")
        for value in (10, 11):
            followed.insert(value)
            followed.sql("select pg_switch_wal()")
        followed.received()
        put_back(followed, copy)
        until(lambda: followed.sql(SLOTS) == [(True, "reserved")], "the receiver follows again")
        followed.insert(number * 100)
        followed.received()
        assert follow.backup_due(followed.settings, number) == (
            f"no backup was taken on timeline {number} of the server"
        )
    assert list(followed.home.glob("discarded/*/*.partial"))
    made = followed.json("backup", "run")
    assert (made["parent"], made["timeline"], made["problem"]) == (None, 3, None)
    assert follow.backup_due(followed.settings, 3) is None


@pytest.fixture(scope="module")
def away() -> Iterator[World]:
    """Yield a world with a backup, whose server keeps little WAL for a receiver that is away."""
    with world({"max_wal_size": "32MB", "min_wal_size": "32MB"}) as made:
        made.json("backup", "run")
        yield made


def lose_slot(made: World) -> None:
    made.tooling("backup", "receive", "--stop")
    until(lambda: made.sql(SLOTS)[0][0] is False, "the receiver has ended")
    made.sql("alter system set max_slot_wal_keep_size = '16MB'")
    made.sql("select pg_reload_conf()")
    for _ in range(4):
        made.sql("select pg_logical_emit_message(false, 'tests', 'x')")
        made.sql("select pg_switch_wal()")
        made.sql("checkpoint")
    assert made.sql(SLOTS) == [(False, "lost")]
    made.sql("alter system reset max_slot_wal_keep_size")
    made.sql("select pg_reload_conf()")


def typed(section: str) -> list[list[str]]:
    """Return the commands of tooling that a section of the runbook has the reader type."""
    text = RUNBOOK.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [line.split()[2:] for line in text.splitlines() if line.startswith("$ tooling ")]


def test_the_command_of_the_runbook_brings_a_lost_slot_back(away: World) -> None:
    lose_slot(away)
    done = away.tooling("backup", "reset-receiver", "--no-backup")
    assert done.returncode == Exit.PENDING, done.stderr
    assert "receiver reset: the replication slot barman is lost" in done.stderr
    assert "take a full backup with `tooling backup run --full`" in done.stderr
    before = len(away.backups())
    (command,) = typed("SlotLost")
    made = away.json(*command)
    assert (made["parent"], made["problem"], len(away.backups())) == (None, None, before + 1)
    assert away.sql(SLOTS) == [(True, "reserved")]
    again = away.tooling("backup", "reset-receiver")
    assert (again.returncode, again.stderr.splitlines()[1:]) == (Exit.OK, [])
    away.insert(7)
    away.received()


def test_a_supervised_receiver_comes_back_from_a_lost_slot(away: World) -> None:
    lose_slot(away)
    process = away.start("backup", "receive")
    try:
        until(lambda: away.sql(SLOTS) == [(True, "reserved")], "the receiver follows")
        away.insert(8)
        away.received()
        assert follow.gap(away.settings, away.backups()[-1])
        assert "may be missing" in str(follow.backup_due(away.settings, 1))
    finally:
        process.terminate()
        process.wait(30)
    assert away.json("backup", "run")["parent"] is None
    assert follow.backup_due(away.settings, 1) is None


def test_a_slot_that_was_dropped_is_created_without_a_gap(away: World) -> None:
    away.tooling("backup", "receive", "--stop")
    until(lambda: away.sql(SLOTS)[0][0] is False, "the receiver has ended")
    away.sql(f"select pg_drop_replication_slot('{SLOT}')")
    away.insert(9)
    done = receive.reset(away.settings, away.url)
    assert done
    assert done.reason == "the server has no replication slot barman"
    assert done.moved == ()
    away.json("backup", "run", "--full")
    assert follow.gap(away.settings, away.backups()[-2]) is None


def test_the_receiver_of_another_folder_is_not_stopped(
    away: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tooling.backup.reset._STOP_SECONDS", 1)
    monkeypatch.setattr("tooling.backup.follow.problem", lambda *_, **__: "planted")
    settings = away.settings.__class__(tmp_path / "other")
    with psycopg.connect(away.url, autocommit=True) as connection:
        driver = barman.configure(settings, connection)
        assert away.sql(SLOTS) == [(True, "reserved")]
        with pytest.raises(ToolingError, match="is in use by process") as refused:
            receive.resetting.recover(driver, connection)
    assert refused.value.exit_code == Exit.LOCKED
    assert away.sql(SLOTS) == [(True, "reserved")]


def test_backups_of_another_server_are_not_continued(away: World) -> None:
    with world() as other:
        for words in (("run",), ("reset-receiver",), ("receive",)):
            done = other.tooling("backup", *words, TOOLING_BACKUP_HOME=str(away.home))
            assert done.returncode == Exit.REFUSED, (words, done.stderr)
            assert "are of another server" in done.stderr
        with psycopg.connect(other.url, autocommit=True) as connection, pytest.raises(RefusedError):
            barman.configure(away.settings, connection)
    away.insert(10)
    away.received()
    (away.home / identity.STATE).unlink()
    with psycopg.connect(away.url, autocommit=True) as connection:
        here = identity.system(connection)
    assert identity.system_of(away.settings) == here
    assert away.tooling("backup", "run").returncode == 0
