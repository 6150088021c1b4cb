"""Two processes that copy to the store do not write the same object at once."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tooling.backup.s3 import BUCKET, s3
from tooling.backup import sealing, ship
from tooling.backup.settings import BackupSettings

DUMPS = ("first.dump", "second.dump")


def waits_for_a_lock(process: "subprocess.Popen[str]") -> bool:
    locks = Path("/proc/locks").read_text().splitlines()
    return any("-> FLOCK" in line and str(process.pid) in line.split() for line in locks)


def test_the_second_waits_for_the_first_and_copies_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing.make_keys(tmp_path / "key")
    home = tmp_path / "backups"
    (home / "dumps").mkdir(parents=True)
    for name in DUMPS:
        (home / "dumps" / name).write_text(name)
    with s3() as store:
        settings = BackupSettings(
            home, bucket=BUCKET, endpoint=store.endpoint, recipients=tmp_path / "key.pub"
        )
        given = {
            **store.environment,
            "AWS_ENDPOINT_URL_S3": store.endpoint,
            "TOOLING_BACKUP_HOME": str(home),
            "TOOLING_BACKUP_BUCKET": BUCKET,
            "TOOLING_BACKUP_RECIPIENTS": str(settings.recipients),
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        others: list[subprocess.Popen[str]] = []

        def meanwhile(_key: str) -> None:
            """Start the other one when an object is copied, and let it get to its own copies."""
            if others:
                return
            command = [sys.executable, "-m", "tooling", "backup", "ship", "--json"]
            others.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True
                )
            )
            while others[0].poll() is None and not waits_for_a_lock(others[0]):
                time.sleep(0.05)

        first = ship.ship(settings, meanwhile)
        (other,) = others
        said, _ = other.communicate()
    assert first.keys == tuple(map(ship.dump_key, DUMPS))
    assert other.returncode == 0
    assert json.loads(said) == {"copied": [], "bytes": 0}
