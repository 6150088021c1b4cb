"""`tooling alert-receiver`: what Alertmanager posts stands in its output, a line for each alert."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tooling.errors import ConnectionFailedError
from tooling.metrics import alert_receiver

ROOT = Path(__file__).resolve().parents[3]
DOWN = {
    "status": "firing",
    "labels": {"alertname": "ServerDown", "severity": "page", "database": "eagle_sign"},
    "annotations": {"description": "It cannot connect.", "runbook_url": "server.md#serverdown"},
    "startsAt": "2026-11-30T01:02:03Z",
    "endsAt": "0001-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class Receiver:
    """A receiver that runs."""

    url: str
    process: "subprocess.Popen[str]"

    def post(self, path: str, body: bytes, **headers: str) -> int:
        asked = urllib.request.Request(f"{self.url}{path}", body, headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    run = [sys.executable, "-m", "tooling", "alert-receiver", "--port", "0"]
    with subprocess.Popen(
        run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr
            yield Receiver(process.stderr.readline().strip(), process)
        finally:
            process.terminate()


def notification(*alerts: dict[str, Any]) -> bytes:
    return json.dumps({"version": "4", "alerts": alerts}).encode()


def test_each_alert_is_a_line(receiver: Receiver) -> None:
    over = {**DOWN, "status": "resolved", "endsAt": "2026-11-30T01:05:00Z"}
    assert receiver.post("/page", notification(DOWN, over)) == 200
    rest = 'ServerDown {database="eagle_sign"} It cannot connect. server.md#serverdown'
    assert receiver.line() == f"2026-11-30T01:02:03Z page firing {rest}"
    assert receiver.line() == f"2026-11-30T01:05:00Z page resolved {rest}"
    assert receiver.post("/ticket", notification(DOWN)) == 200
    assert " ticket firing " in receiver.line()


def test_what_is_no_notification_is_refused_and_it_goes_on(receiver: Receiver) -> None:
    for body in (b"", b"no json", b"[]", b"{}", b'{"alerts": [{}]}', b'{"alerts": [[]]}'):
        assert receiver.post("/page", body) == 400, body
    assert receiver.post("/elsewhere", notification(DOWN)) == 404
    assert receiver.post("/page", b"", **{"Content-Length": "99999999999"}) == 413
    assert receiver.post("/page", notification(DOWN)) == 200
    assert " page firing ServerDown " in receiver.line()


def test_it_says_that_it_is_healthy(receiver: Receiver) -> None:
    with urllib.request.urlopen(receiver.url + alert_receiver.HEALTHY, timeout=20) as answer:
        assert answer.status == 200


def test_no_text_of_an_alert_is_a_line_of_its_own(receiver: Receiver) -> None:
    text = {"description": "one\ntwo \x1b[2J"}
    assert receiver.post("/page", notification({**DOWN, "annotations": text}, DOWN)) == 200
    assert receiver.line().endswith(r"one\ntwo \x1b[2J")
    assert receiver.line().endswith("server.md#serverdown")


def test_a_port_that_is_taken_is_named() -> None:
    with (
        alert_receiver.server("127.0.0.1", 0) as taken,
        pytest.raises(
            ConnectionFailedError, match=f"cannot listen on 127.0.0.1:{taken.server_port}"
        ),
    ):
        alert_receiver.server("127.0.0.1", taken.server_port)
