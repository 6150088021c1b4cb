"""Backups are copied to an object store, encrypted, and come back from it alone."""

import io
import json
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.conftest import ROOT
from tests.tooling.backup.s3 import BUCKET, S3, s3
from tests.tooling.backup.world import World, world
from tooling.backup import barman, catalog, sealing, ship, wal
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit


@pytest.fixture(scope="module")
def store() -> Iterator[S3]:
    with s3() as running:
        yield running


@pytest.fixture(scope="module")
def shipped(store: S3) -> Iterator[World]:
    """Yield a world with a full backup and an increment, copied; rows 1, 2 and 3 are in the log."""
    with world({"summarize_wal": "on"}) as made:
        given = {
            **store.environment,
            "AWS_ENDPOINT_URL_S3": store.endpoint,
            "TOOLING_BACKUP_BUCKET": BUCKET,
            "TOOLING_BACKUP_RECIPIENTS": str(made.place / "backups.key.pub"),
        }
        made = World(made.server, made.place, made.url, {**made.given, **given})
        assert made.tooling("backup", "key", made.place / "backups.key").returncode == 0
        made.insert(1)
        made.json("backup", "run")
        made.insert(2)
        made.json("backup", "run")
        made.insert(3)
        made.sql("select pg_switch_wal()")
        driver = barman.configured(made.settings)
        newest, deadline = made.last_segment().name, time.monotonic() + 30
        while made.last_segment().name == newest:
            assert time.monotonic() < deadline
            made.sql("select pg_logical_emit_message(true, 'x', 'x')")
            driver.attempt("archive-wal")
        made.json("backup", "ship")
        yield made


def elsewhere(shipped: World, name: str) -> World:
    """Return the same server's backups as another machine sees them: it has none."""
    place = shipped.place / name
    place.mkdir(exist_ok=True)
    return World(shipped.server, place, shipped.url, shipped.given)


def fetched(other: World, *words: object) -> "subprocess.CompletedProcess[str]":
    key = other.place.parent / "backups.key"
    return other.tooling("backup", "fetch", "--identity", key, *words)


def test_all_that_is_needed_is_in_the_store_and_none_of_it_can_be_read(
    shipped: World, store: S3
) -> None:
    keys = store.stored()
    done = [one.backup_id for one in shipped.backups()]
    assert len(done) == 2
    assert {f"base/{one}.tar.gz.age" for one in done} <= set(keys)
    segments = wal.archived(shipped.settings)
    assert segments and {f"wals/{name}.gz.age" for name in segments} <= set(keys)
    assert "server.tar.gz.age" in keys
    for key in keys:
        body = store.client().get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert body.startswith(b"age-encryption.org/v1\n-> X25519 "), key


def test_nothing_is_copied_twice(shipped: World) -> None:
    assert shipped.json("backup", "ship") == {"copied": [], "bytes": 0}


def with_bucket(made: World, store: S3) -> BackupSettings:
    return BackupSettings(made.home, bucket=BUCKET, endpoint=store.endpoint)


def test_a_whole_segment_that_is_not_in_the_archive_is_copied(shipped: World, store: S3) -> None:
    settings = with_bucket(shipped, store)
    assert ship.waiting_seconds(settings) == 0
    ((name,),) = shipped.sql("select pg_walfile_name(pg_current_wal_lsn())")
    shipped.sql("select pg_logical_emit_message(true, 'x', 'x')")
    shipped.sql("select pg_switch_wal()")
    deadline = time.monotonic() + 30
    while not (shipped.home / "main/streaming" / name).exists():
        assert time.monotonic() < deadline
        shipped.sql("select pg_logical_emit_message(true, 'x', 'x')")
    time.sleep(0.1)
    assert (ship.waiting_seconds(settings) or 0) > 0.1
    assert ship.waiting_seconds(shipped.settings) is None
    assert shipped.json("backup", "ship")["copied"] == [ship.wal_key(name)]
    assert ship.waiting_seconds(settings) == 0


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (lambda made: made.backups()[-1].end_wal, "cannot be restored"),
        (lambda made: list(wal.archived(made.settings))[-1], "after the newest backup"),
    ],
    ids=["needed by a backup", "after the newest backup"],
)
def test_a_gap_in_the_store_is_found(
    shipped: World, store: S3, lost: Callable[[World], str], said: str
) -> None:
    name = lost(shipped)
    file = wal.archived(shipped.settings)[name]
    away = file.rename(file.with_name("away"))
    store.client().delete_object(Bucket=BUCKET, Key=ship.wal_key(name))
    try:
        done = shipped.tooling("backup", "ship")
        assert done.returncode == Exit.DAMAGED, done.stderr
        assert f"the store has a gap: {name} is missing" in done.stderr
        assert said in done.stderr
    finally:
        away.rename(file)
    assert shipped.json("backup", "ship")["copied"] == [ship.wal_key(name)]


def test_an_empty_machine_restores_from_the_store_alone(shipped: World) -> None:
    other = elsewhere(shipped, "other")
    done = fetched(other, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["backup_id"] == shipped.backups()[-1].backup_id
    assert [one.backup_id for one in other.backups()] == [
        one.backup_id for one in shipped.backups()
    ]
    assert other.tooling("backup", "verify").returncode == 0
    copy = other.place / "copy"
    report = other.json("restore", "--to", copy)
    assert other.kept(report["url"]) == [1, 2, 3]
    other.stop_copy(copy)
    again = fetched(other)
    assert again.returncode == Exit.REFUSED and "already exists" in again.stderr


def test_an_older_backup_can_be_asked_for(shipped: World) -> None:
    other = elsewhere(shipped, "older")
    first = shipped.backups()[0].backup_id
    assert fetched(other, "--backup", first).returncode == 0
    assert [one.backup_id for one in other.backups()] == [first]
    unknown = fetched(elsewhere(shipped, "unknown"), "--backup", "20200101T000000")
    assert unknown.returncode == Exit.INPUT
    assert "the store has no backup 20200101T000000" in unknown.stderr


def test_another_key_opens_nothing(shipped: World) -> None:
    other = elsewhere(shipped, "thief")
    wrong = other.place / "wrong.key"
    assert other.tooling("backup", "key", wrong).returncode == 0
    done = other.tooling("backup", "fetch", "--identity", wrong)
    assert done.returncode == Exit.DAMAGED
    assert "server.tar.gz.age cannot be decrypted: No matching keys found" in done.stderr
    assert not other.home.exists()
    wrong.chmod(0o644)
    done = other.tooling("backup", "fetch", "--identity", wrong)
    assert done.returncode == Exit.REFUSED and "can be read by others" in done.stderr
    for text in ("", "# nothing\n", "AGE-SECRET-KEY-1\n", "\x00"):
        wrong.write_text(text)
        wrong.chmod(0o600)
        assert other.tooling("backup", "fetch", "--identity", wrong).returncode == Exit.INPUT
    assert sorted(path.name for path in other.place.iterdir()) == ["wrong.key", "wrong.key.pub"]


@pytest.mark.parametrize("what", ["changed", "cut short", "another's", "empty"])
def test_a_damaged_object_is_not_restored(shipped: World, store: S3, what: str) -> None:
    other = elsewhere(shipped, "damaged")
    client = store.client()
    base = [key for key in store.stored() if key.startswith("base/")][-1]
    body = client.get_object(Bucket=BUCKET, Key=base)["Body"].read()
    changed = {
        "changed": body[:5000] + bytes([body[5000] ^ 1]) + body[5001:],
        "cut short": body[: len(body) // 2],
        "another's": client.get_object(Bucket=BUCKET, Key="server.tar.gz.age")["Body"].read(),
        "empty": b"",
    }[what]
    client.put_object(Bucket=BUCKET, Key=base, Body=changed)
    try:
        done = fetched(other)
    finally:
        client.put_object(Bucket=BUCKET, Key=base, Body=body)
    assert done.returncode in (Exit.DAMAGED, Exit.INPUT), done.stderr
    assert done.stderr.splitlines()[-2].startswith("error: ")
    assert not other.home.exists()
    assert list(other.place.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "/evil", "link"])
def test_a_forged_archive_writes_nothing_outside(shipped: World, store: S3, name: str) -> None:
    """Who may write to the bucket knows the public key, too."""

    def forge(into: IO[bytes]) -> None:
        with tarfile.open(fileobj=into, mode="w|gz") as archive:
            member = tarfile.TarInfo(name)
            if name == "link":
                member.type, member.linkname = tarfile.SYMTYPE, "/"
            archive.addfile(member, io.BytesIO())

    other = elsewhere(shipped, "forged")
    client = store.client()
    body = client.get_object(Bucket=BUCKET, Key=ship.SERVER)["Body"].read()
    forged = io.BytesIO()
    sealing.seal(forge, forged, sealing.recipients(shipped.place / "backups.key.pub"))
    client.put_object(Bucket=BUCKET, Key=ship.SERVER, Body=forged.getvalue())
    try:
        done = fetched(other)
    finally:
        client.put_object(Bucket=BUCKET, Key=ship.SERVER, Body=body)
    assert done.returncode == Exit.DAMAGED and "does not belong in a backup" in done.stderr
    assert list(other.place.iterdir()) == []
    assert not Path("/evil").exists()


def test_dumps_are_copied_encrypted_and_loaded_from_the_store(shipped: World, store: S3) -> None:
    key = shipped.place / "backups.key"
    plain = json.loads(
        shipped.tooling(
            "backup", "dump", "--json", TOOLING_BACKUP_BUCKET="", TOOLING_BACKUP_RECIPIENTS=""
        ).stdout
    )
    name = f"{Path(plain['file']).name}.age"
    made = shipped.json("backup", "dump", "--keep", 2)
    assert Path(made["file"]).name.endswith(".dump.age")
    keys = {ship.dump_key(Path(one["file"]).name) for one in (plain, made)}
    assert keys == {one for one in store.stored() if one.startswith("dumps/")}
    Path(plain["file"]).unlink()
    words = ("backup", "load", name, "--into", "back", "--identity", key)
    done = shipped.tooling(*words)
    assert done.returncode == 0, done.stderr
    url = shipped.url.replace("/postgres?", "/back?")
    assert shipped.kept(url) == shipped.kept()
    assert shipped.sql("drop database back") == []
    again = shipped.json("backup", "dump", "--keep", 1)
    assert again["deleted"] == [Path(made["file"]).name]
    keys = {ship.dump_key(name), ship.dump_key(Path(again["file"]).name)}
    assert keys == {one for one in store.stored() if one.startswith("dumps/")}
    store.client().delete_object(Bucket=BUCKET, Key=ship.dump_key(name))
    missing = shipped.tooling("backup", "load", "none.dump", "--into", "back", "--identity", key)
    assert missing.returncode == Exit.INPUT


def test_a_store_that_refuses_or_is_not_there_is_named(shipped: World) -> None:
    wrong = {"AWS_SECRET_ACCESS_KEY": "wrong"}  # pragma: allowlist secret
    refused = shipped.tooling("backup", "ship", **wrong)
    assert refused.returncode == Exit.CONNECTION
    assert refused.stderr.startswith("error: object store: ")
    gone = shipped.tooling("backup", "ship", AWS_ENDPOINT_URL_S3="http://127.0.0.1:9")
    assert gone.returncode == Exit.CONNECTION and "AWS_ACCESS_KEY_ID" in gone.stderr
    nowhere = shipped.tooling("backup", "ship", TOOLING_BACKUP_BUCKET="nowhere")
    assert nowhere.returncode == Exit.CONNECTION
    unset = shipped.tooling("backup", "ship", TOOLING_BACKUP_BUCKET="")
    assert unset.returncode == Exit.INPUT and "no bucket is set" in unset.stderr
    bare = shipped.tooling("backup", "ship", TOOLING_BACKUP_RECIPIENTS="")
    assert bare.returncode == Exit.INPUT and "nothing is copied unencrypted" in bare.stderr


def test_keys_are_not_overwritten(shipped: World) -> None:
    before = (shipped.place / "backups.key").read_text()
    done = shipped.tooling("backup", "key", shipped.place / "backups.key")
    assert done.returncode == Exit.REFUSED
    assert (shipped.place / "backups.key").read_text() == before
    assert (shipped.place / "backups.key").stat().st_mode & 0o777 == 0o600


def test_a_copy_that_was_killed_leaves_nothing_half_and_goes_on(shipped: World, store: S3) -> None:
    client = store.client()
    wanted = store.stored()
    for key in wanted:
        client.delete_object(Bucket=BUCKET, Key=key)
    command = [sys.executable, "-m", "tooling", "backup", "ship"]
    killed = 0
    for pause in (0.6, 0.9, 1.2, 1.5):
        process = subprocess.Popen(
            command, cwd=ROOT, env=shipped.environment(), stdout=subprocess.DEVNULL
        )
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    assert killed > 0
    shipped.json("backup", "ship")
    assert store.stored() == wanted
    other = elsewhere(shipped, "after")
    assert fetched(other).returncode == 0
    assert other.tooling("backup", "verify").returncode == 0


def test_what_retention_deletes_goes_from_the_store_too(shipped: World, store: S3) -> None:
    first = shipped.backups()[0]
    before = store.stored()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in shipped.given.items():
            patch.setenv(name, value)
        settings = BackupSettings(shipped.home, bucket=BUCKET, endpoint=store.endpoint)
        segment = next(iter(wal.archived(shipped.settings)))
        keys = {ship.backup_key(first.backup_id), ship.wal_key(segment)}
        assert ship.forget(settings, [*keys, ship.backup_key("19990101T000000")]) == 2
    assert set(before) - set(store.stored()) == keys
    assert catalog.find(shipped.settings, first.backup_id).is_done
