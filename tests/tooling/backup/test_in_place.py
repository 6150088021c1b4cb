"""`tooling restore --in-place`: a healthy server is not stopped for what cannot be restored."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tooling.backup.world import World, damaged, world
from tooling.backup import barman, catalog, fetch, ship, store, survey, take
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit
from tooling.server import places

IN_PLACE = ("restore", "--in-place", "--overwrite", "--overwrite")
ENOUGH, LITTLE = "600m", "130m"


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    """Yield a world with a tablespace: 1 in it in a full backup, 2 in an increment, and 3."""
    with world({"summarize_wal": "on"}) as made:
        space = made.server.data_dir.parent / "fast"
        places.private_folder(space, places.account_of(space.parent))
        made.sql(f"create tablespace fast location '{space}'")
        made.sql("create table placed (value int) tablespace fast")
        for value in (1, 2):
            made.insert(value)
            made.sql(f"insert into placed values ({value})")
            made.json("backup", "run")
        made.insert(3)
        made.sql("insert into placed values (3)")
        made.received()
        yield made


def placed(source: World, url: str | None = None) -> list[int]:
    return [value for (value,) in source.sql("select value from placed order by 1", url)]


def as_before(source: World, pid: int | None) -> None:
    """Assert that the server of this process runs on, and that nothing is left beside it."""
    assert (source.server.pid(), source.kept()) == (pid, [1, 2, 3])
    beside = {path.name for path in source.server.data_dir.parent.iterdir()}
    assert beside - {"data", "data.log", "run", "fast", "programs"} == set()
    assert [one.name[:3] for one in (source.server.data_dir.parent / "fast").iterdir()] == ["PG_"]


@pytest.mark.parametrize("number", [0, 1], ids=["full", "incremental"])
def test_a_copy_has_the_tablespaces_beside_it(source: World, folder: Path, number: int) -> None:
    backup = source.backups()[number].backup_id
    done = source.json("restore", "--to", folder, "--backup", backup)
    assert placed(source, done["url"]) == [1, 2, 3]
    ((place,),) = source.sql(
        "select pg_tablespace_location(oid) from pg_tablespace where spcname = 'fast'", done["url"]
    )
    assert Path(place).parent == folder.with_name("copy.tablespaces")
    assert done["tablespaces"] == place


def test_a_drill_restores_tablespaces_and_the_backup_is_verified_then(source: World) -> None:
    assert "verified" not in source.tooling("backup", "list").stdout
    done = source.tooling("dr-test", "--json")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    lines = source.tooling("backup", "list").stdout.splitlines()
    assert ["checked" in line for line in lines] == [True, False]
    assert ["verified" in line for line in lines] == [False, True]


def test_tablespaces_come_back_from_the_store(
    source: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The links to them lead into the folder to which they came back."""
    key = tmp_path / "backups.key"
    assert source.tooling("backup", "key", key).returncode == 0
    shelf = Shelf(tmp_path / "shelf")
    monkeypatch.setattr(store, "opened", lambda _: shelf)
    ship.ship(replace(source.settings, recipients=key.with_name("backups.key.pub")))
    other = BackupSettings(tmp_path / "other")
    backup = fetch.fetch(other, key)
    assert take.damage(barman.configured(other), backup) is None
    (space,) = backup.tablespaces
    (link,) = (catalog.data(other, backup.backup_id) / "pg_tblspc").iterdir()
    assert link.readlink() == catalog.tablespace(other, backup.backup_id, space.oid)


class Shelf:
    """A store in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def keys(self) -> dict[str, int]:
        return {file.name.replace("+", "/"): file.stat().st_size for file in self._folder.iterdir()}

    def put(self, key: str, file: Path) -> None:
        shutil.copyfile(file, self._folder / key.replace("/", "+"))

    def get(self, key: str, file: Path) -> None:
        shutil.copyfile(self._folder / key.replace("/", "+"), file)


def test_with_damaged_backups_alone_the_server_runs_on(source: World) -> None:
    pid = source.server.pid()
    full = source.backups()[0].backup_id
    with damaged(catalog.data(source.settings, full) / "global/pg_control", at=100):
        done = source.tooling(*IN_PLACE)
    assert done.returncode == Exit.DAMAGED
    as_before(source, pid)


def test_a_target_out_of_reach_is_refused_before_anything_is_copied(source: World) -> None:
    pid = source.server.pid()
    for target in (("--target-lsn", "F/0"), ("--target-time", "2999-01-01 00:00:00")):
        done = source.tooling(*IN_PLACE, *target)
        assert (done.returncode, "cannot be restored: the" in done.stderr) == (Exit.INPUT, True)
    as_before(source, pid)


def test_a_copy_that_does_not_recover_is_not_put_in_the_place(source: World) -> None:
    pid = source.server.pid()
    source.sql("alter system set shared_preload_libraries = 'no_such_library'")
    source.json("backup", "run")
    source.sql("alter system reset shared_preload_libraries")
    point = source.sql("select pg_create_restore_point('now')") and "now"
    source.received()
    done = source.tooling(*IN_PLACE, "--target-name", point)
    assert done.returncode == Exit.FAILED, done.stderr
    assert "no_such_library" in done.stderr
    assert "hint: Nothing was replaced; the copy is in" in done.stderr
    done = source.tooling("restore", "--into", "side", "--table", "placed")
    assert (done.returncode, "restore.log" in done.stderr) == (Exit.FAILED, True)
    assert "no_such_library" in (source.home / "restore.log").read_text()
    clear(source)
    as_before(source, pid)


def test_a_copy_that_does_not_start_is_taken_out_again(source: World) -> None:
    """Its recovery, on a private socket, does not read the file of the rules of access."""
    source.sql("alter system set hba_file = '/nowhere/pg_hba.conf'")
    source.json("backup", "run", "--full")
    source.sql("alter system reset hba_file")
    done = source.tooling(*IN_PLACE)
    assert done.returncode == Exit.FAILED, done.stderr
    assert "hint: Nothing was replaced, and the server runs again; the copy is in" in done.stderr
    assert placed(source) == [1, 2, 3]
    clear(source)
    as_before(source, source.server.pid())


def clear(source: World) -> None:
    """Delete the copy that was kept to be looked at."""
    for path in source.server.data_dir.parent.glob("**/restoring-*"):
        shutil.rmtree(path)
    for path in source.server.data_dir.parent.glob("data.restoring-*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_the_server_has_its_tablespace_and_takes_writes_at_once(source: World) -> None:
    wal = source.server.data_dir / "pg_wal"
    source.server.stop()
    wal.symlink_to(wal.rename(wal.parent.with_name("wal")))
    source.server.start()
    source.json("backup", "run", "--full")
    source.insert(4)
    source.sql("insert into placed values (4)")
    said = source.tooling(*IN_PLACE, "--json")
    source.insert(5)
    assert "pg_wal was a link to" in said.stderr
    done = json.loads(said.stdout)
    assert (source.kept(), placed(source)) == ([1, 2, 3, 4, 5], [1, 2, 3, 4])
    ((place,),) = source.sql(
        "select pg_tablespace_location(oid) from pg_tablespace where spcname = 'fast'"
    )
    assert place == str(source.server.data_dir.parent / "fast")
    assert done["tablespaces"] == place
    data, space = map(Path, done["before"].split(", "))
    assert (data / "PG_VERSION").exists()
    assert [one.name[:3] for one in space.iterdir()] == ["PG_"]
    for one in (data, space):
        shutil.rmtree(one)


def test_a_data_directory_that_is_a_mount_point_is_exchanged_inside(source: World) -> None:
    data = source.server.data_dir
    source.server.stop()
    aside = data.rename(data.with_name("aside"))
    data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={LITTLE},mode=0700", "none", str(data)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this account may not mount a file system")
    try:
        subprocess.run(["cp", "-a", f"{aside}/.", data], check=True)
        places.hand_over(data, places.account_of(data.parent))
        source.server.start()
        source.tooling("backup", "receive", "--stop")
        source.json("backup", "run", "--full")
        pid = source.server.pid()
        done = source.tooling(*IN_PLACE)
        assert (done.returncode, "MB left" in done.stderr) == (Exit.REFUSED, True)
        assert source.server.pid() == pid
        subprocess.run(["mount", "-o", f"remount,size={ENOUGH}", data], check=True)
        done = source.tooling(*IN_PLACE, "--json")
        assert done.returncode == 0, done.stderr
        source.insert(6)
        assert source.kept() == [1, 2, 3, 4, 5, 6]
        assert [path.name for path in data.glob("before-*/PG_VERSION")] == ["PG_VERSION"]
        assert [path.name for path in data.glob("restoring-*")] == []
    finally:
        source.server.stop("immediate")
        subprocess.run(["umount", "--lazy", data], check=True)


def test_settings_outside_of_the_data_directory_stay_there() -> None:
    """As Debian has it: /etc/postgresql holds what the server is started with."""
    with world() as made:
        data = made.server.data_dir
        made.server.stop()
        etc = data.parent / "etc"
        etc.mkdir()
        for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf", "tooling.conf"):
            (data / name).rename(etc / name)
        with (etc / "postgresql.conf").open("a") as file:
            file.write(f"data_directory = '{data}'\nhba_file = '{etc}/pg_hba.conf'\n")
        options = ("-c", f"config_file={etc / 'postgresql.conf'}")
        debian = replace(made, server=replace(made.server, options=options))
        debian.server.start()
        debian.json("backup", "run", "--full")
        debian.insert(1)
        debian.received()
        debian.server.kill()
        shutil.rmtree(data)
        away = (etc / "pg_hba.conf").rename(etc / "away")
        done = debian.tooling("restore", "--in-place")
        assert (done.returncode, "pg_hba.conf" in done.stderr) == (Exit.REFUSED, True)
        assert not data.exists()
        away.rename(etc / "pg_hba.conf")
        debian.json("restore", "--in-place")
        debian.insert(2)
        assert debian.kept() == [1, 2]
        assert debian.sql("show config_file") == [(str(etc / "postgresql.conf"),)]
        assert not (data / "postgresql.conf").exists()


def test_a_server_of_a_cluster_has_one_address_of_several(
    source: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = {"host": "db1,db2", "port": "5433,5434"}
    monkeypatch.setattr(survey, "connection_of", lambda _: several)
    made = barman.configured(source.settings)
    server = survey.original(made, source.server.data_dir, catalog.layout(source.settings))
    assert (server.port, server.socket_dir) == (5433, Path("/tmp"))
