"""What follows a recovery: another one, a moment in the past, a failover, a server left alone."""

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.stage import SYNC, Stage
from tooling.backup import catalog
from tooling.backup.barman import RECEIVER
from tooling.errors import Exit
from tooling.server import places

IN_PLACE = ("restore", "--in-place")
OVER = (*IN_PLACE, "--overwrite", "--overwrite")
STANDBY = "standby"


def recover_twice(on: Stage) -> None:
    for _ in range(2):
        lose_data(on)
        on.write_for(1)


def recover_to_point(on: Stage) -> None:
    on.hold_writers()
    on.world.sql("select pg_create_restore_point('before the mistake')")
    on.world.sql("create table mistake as select generate_series(1, 100000) as value")
    for _ in range(2):
        on.world.sql("select pg_switch_wal()")
        on.world.sql("insert into mistake values (0)")
    on.recover(*OVER, "--target-name", "before the mistake")
    assert on.world.sql("select to_regclass('mistake')") == [(None,)]
    follow(on)
    on.release_writers()
    on.write_for(1)
    lose_data(on)
    assert on.world.sql("select to_regclass('mistake')") == [(None,)]


def recover_to_now(on: Stage) -> None:
    """Name a moment after the last commit: nothing was written while the server was down."""
    with paused(on):
        on.world.server.kill()
        shutil.rmtree(on.world.server.data_dir)
        on.recover(*IN_PLACE, "--target-time", datetime.now(UTC).isoformat())
        follow(on)


def fail_over(on: Stage) -> None:
    """Let a standby take the address of the primary; then lose that one with its data."""
    server = on.world.server
    standby = replace(server, data_dir=server.data_dir.with_name(STANDBY))
    words = ["-D", standby.data_dir, "-R", "-c", "fast", "-d"]
    words.append(f"host={server.socket_dir} user=postgres application_name={STANDBY}")
    subprocess.run(
        [str(word) for word in (server.bin_dir / "pg_basebackup", *words)],
        check=True, env=server.environment(), **places.identity(places.account_of(Path("/"))),
    )  # fmt: skip
    private = places.private_folder(server.data_dir.with_name("run2"), places.account_of(Path("/")))
    replace(standby, socket_dir=private).start({"hot_standby": "on"})
    on.world.sql(f"alter system set synchronous_standby_names = '2 ({RECEIVER}, {STANDBY})'")
    on.world.sql("select pg_reload_conf()")
    on.until(lambda: on.world.sql(SYNC.replace(RECEIVER, STANDBY)) == [("sync",)], "it follows")
    on.write_for(1)
    server.kill()
    with paused(on):
        replace(standby, socket_dir=private).stop()
        (server.socket_dir / f".s.PGSQL.{server.port}.lock").unlink()
        standby.start({"hot_standby": "on"})
        on.world = replace(on.world, server=standby)
        on.world.sql("select pg_promote()")
        follow(on)
    on.write_for(1)
    lose_data(on)


def keep_healthy(on: Stage) -> None:
    """Every backup is damaged: in place notices before it stops a server that runs."""
    pid = on.world.server.pid()
    for one in on.world.backups():
        file = catalog.data(on.world.settings, one.backup_id) / "global/pg_control"
        file.write_bytes(bytes(reversed(file.read_bytes())))
    done = on.world.tooling(*OVER)
    assert (done.returncode, on.world.server.pid()) == (Exit.DAMAGED, pid), done.stderr
    on.world.json("backup", "run", "--full")
    lose_data(on)


def lose_tablespace(on: Stage) -> None:
    space = on.world.server.data_dir.with_name("space")
    places.private_folder(space, places.account_of(space.parent))
    on.world.sql(f"create tablespace space location '{space}'")
    on.world.sql("alter table cold set tablespace space")
    on.world.json("backup", "run", "--full")
    on.write_for(1)
    on.world.server.kill()
    shutil.rmtree(space)
    on.recover(*OVER)
    assert space.stat().st_uid == on.world.server.data_dir.stat().st_uid
    follow(on)


def lose_data(on: Stage) -> None:
    """Lose the data directory under load, restore it, and let nobody write before it is safe."""
    on.world.server.kill()
    shutil.rmtree(on.world.server.data_dir)
    with paused(on):
        on.recover(*IN_PLACE)
        follow(on)


def follow(on: Stage) -> None:
    """Do what the guide says after a recovery: a receiver, a backup, synchronous commits again."""
    on.until(lambda: on.world.sql(SYNC) != [], "the receiver follows the new timeline")
    on.world.json("backup", "run", "--full")
    on.world.sql(f"alter system set synchronous_standby_names = '{RECEIVER}'")
    on.world.sql("select pg_reload_conf()")
    on.until(lambda: on.world.sql(SYNC) == [("sync",)], "the receiver is synchronous")


@contextmanager
def paused(on: Stage) -> Iterator[None]:
    """Stop the writers while the block runs, whatever the server does."""
    for process in on.processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        on.release_writers()


PLAYS: tuple[tuple[str, str, Callable[[Stage], None]], ...] = (
    ("recover-twice", "delete-data, recovered in place, two times in a row", recover_twice),
    ("recover-to-point", "recovered in place to a point, then delete-data", recover_to_point),
    ("recover-to-now", "delete-data, then a moment after the last commit", recover_to_now),
    ("fail-over", "a standby promoted, then delete-data of it", fail_over),
    ("keep-healthy", "in place with damaged backups alone, then delete-data", keep_healthy),
    ("lose-tablespace", "kill -9, then a tablespace deleted", lose_tablespace),
)
