"""`tooling backup dump`: a file that a newer version loads, and that is whole or not there."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests import servers
from tests.conftest import ROOT
from tests.tooling.backup.world import World, damaged, world
from tooling.backup import compare
from tooling.errors import Exit
from tooling.server.embedded import temporary_server

NEWEST = max(servers.VERSIONS, key=int)
FILLED = (("migrate",), ("seed",), ("generate", "--projects", "20", "--seed", "7"))
SLASHED = "a/b 'c\" .."


@pytest.fixture(scope="module", params=servers.VERSIONS)
def source(request: pytest.FixtureRequest) -> Iterator[World]:
    """Yield a world of each version, with a filled database of ours."""
    with world(bin_dir=servers.bin_dir(request.param)) as made:
        for words in FILLED:
            done = made.tooling(*words)
            assert done.returncode == 0, done.stderr
        yield made


def test_the_newest_version_has_the_same_rows_and_sound_chains_from_it(source: World) -> None:
    file = source.json("backup", "dump")["file"]
    with temporary_server(bin_dir=servers.bin_dir(NEWEST)) as server:
        url = server.url("moved")
        words = ("backup", "load", "--into", "moved", "--dsn", server.url("postgres"))
        without = source.tooling(*words, TOOLING_BIN_DIR="")
        assert without.returncode == Exit.FAILED
        assert "hint: Create the roles first" in without.stderr
        roles = (ROOT / "sql/roles.sql").read_text(encoding="utf-8")
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(roles.encode())
        done = source.tooling(*words, TOOLING_BIN_DIR=str(server.bin_dir))
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{Path(file).name} is in the database moved\n"
        assert source.tooling(*words, TOOLING_BIN_DIR="").returncode == Exit.REFUSED
        with psycopg.connect(source.url) as was, psycopg.connect(url) as now:
            passed, seen = compare.same_rows(compare.rows(was), compare.rows(now))
            assert passed, seen
        with psycopg.connect(url, autocommit=True) as connection:
            assert compare.sound_chains(connection)[0]


def test_its_sum_is_beside_it_for_the_usual_program(source: World) -> None:
    file = Path(source.json("backup", "dump")["file"])
    check = ["sha256sum", "--check", "--status", f"{file.name}.sha256"]
    assert subprocess.run(check, cwd=file.parent, check=False).returncode == 0
    with damaged(file, at=file.stat().st_size // 2):
        assert subprocess.run(check, cwd=file.parent, check=False).returncode == 1


def test_only_its_owner_reads_it(source: World) -> None:
    file = Path(source.json("backup", "dump")["file"])
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)


def test_the_newest_stay(source: World) -> None:
    first = source.json("backup", "dump")
    second = source.json("backup", "dump", "--keep", 1)
    assert Path(first["file"]).name in second["deleted"]
    kept = [file.name for file in Path(second["file"]).parent.iterdir()]
    name = Path(second["file"]).name
    assert sorted(kept) == [name, f"{name}.sha256"]


def test_a_database_of_any_name_is_dumped_and_others_stay(source: World) -> None:
    with psycopg.connect(source.url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(SLASHED)))
    ours = Path(source.json("backup", "dump")["file"])
    url = psycopg.conninfo.make_conninfo(source.url, dbname=SLASHED)
    made = source.json("backup", "dump", "--keep", 1, "--dsn", url)
    assert Path(made["file"]).parent == ours.parent
    assert ours.exists()


def test_with_recipients_a_dump_is_encrypted(source: World) -> None:
    key = source.place / "dumps.key"
    assert source.tooling("backup", "key", key).returncode == 0
    done = source.tooling("backup", "dump", "--json", TOOLING_BACKUP_RECIPIENTS=f"{key}.pub")
    file = Path(json.loads(done.stdout)["file"])
    assert file.name.endswith(".dump.age")
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert file.stat().st_mode & 0o077 == 0
    check = ["sha256sum", "--check", "--status", f"{file.name}.sha256"]
    assert subprocess.run(check, cwd=file.parent, check=False).returncode == 0
    locked = source.tooling("backup", "load", "--into", "sealed")
    assert locked.returncode == Exit.INPUT
    assert f"{file} is encrypted" in locked.stderr
    with damaged(file, at=file.stat().st_size // 2):
        torn = source.tooling("backup", "load", "--into", "sealed", "--identity", key)
        assert torn.returncode == Exit.DAMAGED
    assert source.sql("select count(*) from pg_database where datname = 'sealed'") == [(0,)]
    opened = source.tooling("backup", "load", "--into", "sealed", "--identity", key)
    assert opened.returncode == 0, opened.stderr
    url = psycopg.conninfo.make_conninfo(source.url, dbname="sealed")
    assert source.sql("select count(*) from app.projects", url) == [(20,)]
    assert list(file.parent.glob("*.partial")) == []
    second = source.json("backup", "dump", "--keep", 1)
    assert file.name in second["deleted"]


def test_what_was_killed_on_the_way_is_no_dump(source: World) -> None:
    before = set((source.home / "dumps").glob("*.dump")) if source.home.exists() else set()
    with psycopg.connect(source.url) as holding:
        holding.execute("lock table app.projects in access exclusive mode")
        process = source.start("backup", "dump")
        folder = source.home / "dumps"
        deadline = time.monotonic() + 60
        while not list(folder.glob("*.partial")):
            assert time.monotonic() < deadline, "no dump was begun"
            time.sleep(0.05)
        second = source.tooling("backup", "dump")
        assert second.returncode == Exit.LOCKED, second.stderr
        os.killpg(process.pid, 9)
        process.wait()
    assert set(folder.glob("*.dump")) == before
    source.json("backup", "dump")
    assert not list(folder.glob("*.partial"))


def test_what_is_no_dump_is_refused_and_makes_no_database(source: World) -> None:
    done = source.tooling("backup", "load", ROOT / "pyproject.toml", "--into", "loaded")
    assert done.returncode == 3
    assert "is no dump that can be read" in done.stderr
    assert "`tooling backup dump`" in done.stderr
    assert source.sql("select from pg_database where datname = 'loaded'") == []
