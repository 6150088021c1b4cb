"""`tooling backup run`, `list` and `verify`: a backup is one only once it was read again."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.tooling.backup.world import World, damaged, world
from tooling.backup import barman, catalog
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit, ToolingError


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    """Yield a world with a full backup and an increment to it."""
    with world({"summarize_wal": "on"}) as made:
        made.insert(1)
        made.json("backup", "run")
        made.insert(2)
        made.json("backup", "run")
        yield made


def test_the_second_backup_is_an_increment_to_the_first(source: World) -> None:
    first, second = source.backups()[:2]
    assert (first.parent, second.parent) == (None, first.backup_id)
    assert second.size < first.size / 2


def test_each_was_checked_when_it_was_taken(source: World) -> None:
    listed = source.json("backup", "list")["backups"]
    assert [(one["status"], one["problem"]) for one in listed[:2]] == [("DONE", None)] * 2
    assert all(one["checked_at"] for one in listed)


def test_a_receiver_follows_the_server(source: World) -> None:
    query = "select state from pg_stat_replication where application_name = 'barman_receive_wal'"
    assert source.sql(query) == [("streaming",)]


def test_a_changed_byte_of_a_file_is_found(source: World) -> None:
    first, second = source.backups()[:2]
    file = catalog.data(source.settings, first.backup_id) / "global/pg_control"
    with damaged(file, at=100):
        done = source.tooling("backup", "verify", second.backup_id, "--json")
        assert done.returncode == Exit.DAMAGED
        assert json.loads(done.stdout)["problem"].startswith(f"backup {first.backup_id}: ")
        listed = source.tooling("backup", "list").stdout
        assert "DAMAGED: " in listed
    assert source.tooling("backup", "verify", second.backup_id).returncode == 0


@pytest.mark.parametrize("size", [None, 1_000_000], ids=["a byte", "cut short"])
def test_a_damaged_segment_of_the_log_is_found(source: World, size: int | None) -> None:
    source.sql("insert into kept select 0 from generate_series(1, 10000)")
    ((name, offset),) = source.sql("select * from pg_walfile_name_offset(pg_current_wal_lsn())")
    source.json("backup", "run")
    first = source.backups()[0].backup_id
    assert source.tooling("backup", "verify", first).returncode == 0
    segment = source.last_segment().with_name(name)
    with damaged(segment, at=None if size else offset - 100_000, size=size):
        done = source.tooling("backup", "verify", first, "--json")
    assert done.returncode == Exit.DAMAGED, done.stdout


def test_a_missing_segment_is_found(source: World) -> None:
    first = source.backups()[0]
    file = source.last_segment().with_name(str(first.begin_wal))
    away = file.rename(file.with_name("away"))
    done = source.tooling("backup", "verify", first.backup_id, "--json")
    away.rename(file)
    assert done.returncode == Exit.DAMAGED
    assert str(first.begin_wal) in json.loads(done.stdout)["problem"]


def test_after_a_damaged_one_the_next_is_a_full_one(source: World) -> None:
    catalog.record(source.settings, source.backups()[-1].backup_id, "planted")
    made = source.json("backup", "run")
    assert made["parent"] is None


def test_only_their_owner_reads_the_backups(source: World) -> None:
    assert source.settings.home.stat().st_mode & 0o777 == 0o700


def test_a_password_is_kept_in_a_file_of_its_own(source: World) -> None:
    source.sql("alter role postgres password 'not-in-there'")
    url = psycopg.conninfo.make_conninfo(source.url, password="not-in-there")
    done = source.tooling("backup", "run", DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert "not-in-there" not in (source.home / "barman.conf").read_text()
    assert "not-in-there" not in (source.home / "server.json").read_text()
    file = source.home / "passwords"
    assert "not-in-there" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_backups_there_is_a_hint(source: World, tmp_path: Path) -> None:
    done = source.tooling("backup", "verify", TOOLING_BACKUP_HOME=str(tmp_path))
    assert done.returncode == Exit.INPUT
    assert "hint: `tooling backup run`" in done.stderr


def test_a_server_that_writes_no_log_for_others_is_refused(tmp_path: Path) -> None:
    with world({"wal_level": "minimal", "max_wal_senders": 0}) as made:
        done = made.tooling("backup", "run")
    assert done.returncode == Exit.REFUSED
    assert "wal_level is minimal" in done.stderr


def test_the_oldest_server_is_backed_up_whole_and_restored() -> None:
    with world(bin_dir=servers.bin_dir(min(servers.VERSIONS, key=int))) as made:
        made.insert(1)
        assert made.json("backup", "run")["parent"] is None
        made.insert(2)
        made.received()
        folder = made.place / "copy"
        url = made.json("restore", "--to", folder)["url"]
        assert made.kept(url) == [1, 2]
        made.stop_copy(folder)


def test_no_backup_takes_the_name_of_another(source: World) -> None:
    meta = catalog.folder(source.settings) / "meta"
    known = (meta / f"{source.backups()[-1].backup_id}-backup.info").read_text()
    now = datetime.now(UTC)
    names = [f"{now + timedelta(seconds=ahead):%Y%m%dT%H%M%S}" for ahead in range(5)]
    others = [meta / f"{name}-backup.info" for name in names]
    for other in others:
        other.write_text(known)
    try:
        assert source.json("backup", "run", "--full")["backup_id"] > names[-1]
        assert [other.read_text() for other in others] == [known] * len(others)
    finally:
        for other in others:
            other.unlink()


def test_a_second_folder_is_told_that_another_receiver_follows(
    source: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(barman, "_WAIT_SECONDS", 1)
    with psycopg.connect(source.url, autocommit=True) as connection:
        second = barman.configure(BackupSettings(source.place / "second"), connection)
        with pytest.raises(ToolingError, match="no WAL segment arrives") as refused:
            barman.start_receiver(second, connection)
    assert "another TOOLING_BACKUP_HOME" in str(refused.value.hint)
