"""Which alerts Alertmanager keeps back while another one fires, asked of the program itself."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.monitoring import rules
from tests.monitoring.api import Alertmanager, free_ports, wait_for
from tests.monitoring.programs import ALERTMANAGER, FOLDER, MONITORING, program

OF_SESSIONS = {
    "StatementsSlow", "IndexHitRateLow", "CacheHitRateLow", "ConnectionsHigh",
    "ConnectionsNearlyOut", "ThroughputCollapsed", "LockWaitLong", "TransactionLong", "Deadlocks",
    "ReceiverDown", "ReplicationLag", "CommitsWait",
}  # fmt: skip
"""What a server that is down cannot have."""


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Alertmanager]:
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [
            program(ALERTMANAGER),
            f"--config.file={MONITORING / 'alertmanager/alertmanager.yml'}",
            f"--storage.path={tmp_path}", f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        cwd=FOLDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Alertmanager(port)
    finally:
        process.terminate()
        process.wait()


def raise_alerts(manager: Alertmanager, *names: str) -> None:
    alerts = [{"labels": {"alertname": name, "database": "eagle_sign"}} for name in names]
    url = f"http://127.0.0.1:{manager.port}/api/v2/alerts"
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(url, json.dumps(alerts).encode(), headers)

    def accepted() -> bool:
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    wait_for(accepted, "Alertmanager", 20)


def test_a_server_that_is_down_keeps_back_what_follows_from_that_alone(
    manager: Alertmanager,
) -> None:
    others = {rule["alert"] for rule in rules.alerts()} - {"ServerDown"}
    assert others > OF_SESSIONS
    raise_alerts(manager, "ServerDown", *others)
    follow = OF_SESSIONS | {"TransactionIdsOld", "PartitionsBehind"}  # of a worse one each
    wait_for(lambda: manager.suppressed() == sorted(follow), f"{sorted(follow)} alone", 10)
