"""The embedded server: started once, stopped when asked, and never mistaken for a stranger."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pgproof import server


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "deep/data"
    yield folder
    server.stop(folder)


def test_it_is_made_started_and_found_again(data: Path) -> None:
    assert server.url(data) is None
    url = server.start(data)
    assert server.start(data) == server.url(data) == url
    with psycopg.connect(url) as connection:
        row = connection.execute("select current_setting('data_directory')").fetchone()
    assert row == (str(data),)
    assert server.stop(data)
    assert not server.stop(data)
    assert server.url(data) is None
    assert server.start(data) == url


def test_after_a_crash_no_strangers_process_is_stopped(data: Path) -> None:
    server.start(data)
    file = data / "postmaster.pid"
    lines = file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    while server.url(data) is not None:
        time.sleep(0.01)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert server.url(data) is None
        assert not server.stop(data)
        assert stranger.poll() is None
        stranger.kill()
