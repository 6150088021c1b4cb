"""A Barman that hangs is stopped after its time, with all that it has started."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.tooling.backup.world import World, world
from tooling.backup import barman, catalog, take
from tooling.backup.barman import Barman
from tooling.errors import Exit, ToolingError
from tooling.server import processes


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    with world() as made:
        made.json("backup", "run")
        yield made


@pytest.fixture
def hanging(source: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Barman:
    """Return a Barman that starts a child, and then neither ends nor heeds Ctrl-C."""
    script = tmp_path / "barman"
    script.write_text(
        "#!/bin/sh\ntrap '' INT\nsleep 300 &\n"
        f"echo $! > {tmp_path / 'child'}\nwhile true; do sleep 1; done\n"
    )
    script.chmod(0o755)
    monkeypatch.setattr(Barman, "program", lambda _: [str(script)])
    monkeypatch.setattr(barman, "_END_SECONDS", 0.5)
    return Barman(replace(source.settings, time_limit_minutes=1), tmp_path)


def is_running(pid: int) -> bool:
    return (
        Path(f"/proc/{pid}/stat").exists()
        and "Z" not in (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0])
    )


def test_it_is_stopped_with_its_children(hanging: Barman, tmp_path: Path) -> None:
    with pytest.raises(ToolingError, match=r"did not end within 0\.02 minutes and was stopped"):
        hanging.attempt("backup", seconds=1.2)
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_backups_and_restores_have_the_limit_of_the_settings(
    hanging: Barman, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    answer = type("Done", (), {"returncode": 0, "stdout": ""})()

    def attempt(_self: Barman, _command: str, *_: str, seconds: float = 0) -> object:
        asked.append(seconds)
        return answer

    monkeypatch.setattr(Barman, "attempt", attempt)
    hanging.run("backup")
    assert asked == [60]


def test_a_backup_whose_wal_does_not_arrive_ends_and_is_none(
    source: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "_WAL_SECONDS", 3)
    ((pid,),) = source.sql("select active_pid from pg_replication_slots")
    found = (int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit())
    receivers = [one for one in found if _is_receiver(one, source.home)]
    assert pid and receivers
    for one in receivers:
        os.kill(one, signal.SIGSTOP)
    try:
        with (
            psycopg.connect(source.url, autocommit=True) as connection,
            pytest.raises(ToolingError, match="has not been received in 3 seconds") as said,
        ):
            take.take(source.settings, connection, full=True)
    finally:
        for one in receivers:
            os.kill(one, signal.SIGCONT)
    assert said.value.exit_code == Exit.FAILED
    assert "reset-receiver" in str(said.value.hint)
    assert not catalog.backups(source.settings)[-1].is_done


def _is_receiver(pid: int, home: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return False
    return words[0].endswith("pg_receivewal") and any(str(home) in word for word in words)


def test_an_interrupted_command_leaves_no_barman(source: World) -> None:
    with psycopg.connect(source.url) as holding:
        holding.execute("select pg_backup_start('holds nothing', true)")
        process = source.start("backup", "run", "--full")
        deadline = time.monotonic() + 60
        while not (mine := processes.children_of(process.pid)):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == Exit.TERMINATED
    while any(is_running(one) for one in mine):
        assert time.monotonic() < deadline
        time.sleep(0.05)
