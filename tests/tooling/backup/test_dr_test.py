"""`tooling dr-test`: equal is passed, anything else is not."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.tooling.backup.world import World, damaged, world
from tooling.backup import catalog, compare
from tooling.errors import Exit
from tooling.queries.application import QUERIES


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    """Yield a world with a filled database of ours, and a backup of it."""
    with world({"summarize_wal": "on"}) as made:
        for words in (("migrate",), ("seed",), ("generate", "--projects", "60", "--seed", "7")):
            done = made.tooling(*words)
            assert done.returncode == 0, done.stderr
        made.json("backup", "run")
        yield made


def test_the_newest_backup_is_proven_equal_while_the_server_writes(
    source: World, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(source.url, autocommit=True) as connection:
            while not stop.wait(0.005):
                connection.execute("insert into kept values (1)")

    writer = threading.Thread(target=write)
    writer.start()
    entry = tmp_path / "drills.md"
    try:
        done = source.tooling("dr-test", "--json", "--entry", entry)
    finally:
        stop.set()
        writer.join()
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert [check for check in report["checks"] if not check["passed"]] == []
    assert (done.returncode, report["passed"]) == (0, True)
    named = {check["name"]: check["seen"] for check in report["checks"]}
    assert list(named) == [
        "receiver", "objects", "rows", "chains", "integrity", "queries", "pages"
    ]  # fmt: skip
    assert named["chains"].endswith(" events, 0 problems") and named["chains"][0] != "0"
    assert named["queries"].startswith(f"{len(QUERIES)} queries answered")
    assert report["recovery_time_seconds"] > 0
    assert report["ratio"] > 0
    assert 0 <= report["recovery_point_seconds"] < 10
    assert "| result | passed |" in entry.read_text()


def test_a_damaged_backup_does_not_pass(source: World) -> None:
    file = catalog.data(source.settings, source.backups()[0].backup_id) / "global/pg_control"
    with damaged(file, at=100):
        done = source.tooling("dr-test", "--json")
    assert done.returncode == Exit.DAMAGED
    assert "is damaged" in done.stderr


def test_a_copy_with_a_broken_chain_is_not_proven(source: World) -> None:
    unseen = "set session_replication_role = replica; update app.project_events set actor = "
    source.sql(f"{unseen} 'x' || actor")
    done = source.tooling("dr-test", "--json")
    source.sql(f"{unseen} substr(actor, 2)")
    assert done.returncode == Exit.UNPROVEN, done.stderr
    checks = json.loads(done.stdout)["checks"]
    failed = [check["name"] for check in checks if not check["passed"]]
    assert failed == ["chains", "integrity"]


def test_a_row_that_differs_is_seen(source: World) -> None:
    with psycopg.connect(source.url) as connection:
        before = compare.rows(connection)
        connection.execute("update app.projects set confidence = 0.123 where ctid = '(0,1)'")
        after = compare.rows(connection)
        connection.rollback()
    assert compare.same_rows(before, before)[0]
    passed, seen = compare.same_rows(before, after)
    assert (passed, "app.projects" in seen) == (False, True)


def test_an_object_that_differs_is_seen(source: World) -> None:
    passed, seen = compare.same_objects("nothing", source.url, source.server.bin_dir)
    assert (passed, "differ" in seen) == (False, True)


def test_a_damaged_page_of_a_copy_is_seen(source: World) -> None:
    source.sql("create table spoiled as select generate_series(1, 1000) as value")
    ((path,),) = source.sql("select pg_relation_filepath('spoiled')")
    source.server.stop()
    with damaged(source.server.data_dir / path, at=8000):
        source.server.start()
        assert not compare.sound_pages(source.url, source.server.bin_dir)[0]
