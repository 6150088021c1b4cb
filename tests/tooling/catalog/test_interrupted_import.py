"""An import that is killed leaves nothing; two at once take turns."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.common import Connection, fingerprint
from tooling import catalog


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_import_leaves_nothing(
    connection: Connection, url: str, tmp_path: Path, how: signal.Signals
) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    before = fingerprint(connection)
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", url]
    with psycopg.connect(url) as blocker:
        # The import stages, compares and records; its insert waits for this.
        blocker.execute("lock table catalog.material_catalog in share mode")
        with subprocess.Popen(run, stderr=subprocess.DEVNULL) as process:
            pid = _wait_for_lock(connection)
            os.kill(process.pid, how)
            process.wait(timeout=30)
    _wait_for_end(connection, pid)
    assert process.returncode != 0
    assert fingerprint(connection) == before
    assert catalog.import_file(connection, path).inserted == 6


def test_two_imports_at_once_take_turns(connection: Connection, url: str, tmp_path: Path) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", url]
    both = [subprocess.Popen([*run, "--json"], stdout=subprocess.PIPE, text=True) for _ in "ab"]
    results = [json.loads(process.communicate()[0]) for process in both]
    assert sorted(result["inserted"] for result in results) == [0, 6]
    assert [process.returncode for process in both] == [0, 0]


def _wait_for_lock(connection: Connection) -> int:
    for _ in range(300):
        row = connection.execute(
            "select pid from pg_stat_activity where wait_event_type = 'Lock'"
            " and application_name = 'tooling' and datname = current_database()"
        ).fetchone()
        if row:
            return int(row["pid"])
        time.sleep(0.1)
    raise AssertionError("the import did not reach the lock")


def _wait_for_end(connection: Connection, pid: int) -> None:
    for _ in range(300):
        if not connection.execute("select from pg_stat_activity where pid = %s", [pid]).fetchone():
            return
        time.sleep(0.1)
    raise AssertionError("the server process of the killed import lives on")
