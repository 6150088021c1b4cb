"""What the programs are asked over HTTP, and the receiver that alerts are sent to."""

import contextlib
import json
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SCRAPES = 60
LONGEST = 900
"""Seconds."""


@dataclass(frozen=True)
class Prometheus:
    """A Prometheus on this machine."""

    port: int

    def get(self, path: str, **parameters: str) -> Any:
        return _get(self.port, f"api/v1/{path}", **parameters)["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series of an expression at this moment."""
        found: list[dict[str, Any]] = self.get("query", query=expression)["result"]
        return found

    def firing(self, name: str, **labels: str) -> list[dict[str, Any]]:
        """Return the firing alerts of a name that have the labels."""
        alerts: list[dict[str, Any]] = self.get("alerts")["alerts"]
        wanted = {"alertname": name, **labels}
        return [
            one
            for one in alerts
            if one["state"] == "firing" and wanted.items() <= one["labels"].items()
        ]

    def all_firing(self) -> list[str]:
        """Return the names of all alerts that fire."""
        alerts = self.get("alerts")["alerts"]
        return sorted({one["labels"]["alertname"] for one in alerts if one["state"] == "firing"})

    def scraped(self) -> dict[str, str]:
        """Return the targets whose newest scrape succeeded, each with the time of that."""
        targets = self.get("targets", state="active")["activeTargets"]
        return {one["scrapeUrl"]: one["lastScrape"] for one in targets if one["health"] == "up"}

    def is_whole(self) -> bool:
        """Tell whether it answers, and all of its targets do."""
        try:
            return len(self.scraped()) == 4
        except OSError:
            return False

    def wait_for(self, happens: Callable[[], object], what: str) -> None:
        """Wait until it happens, for SCRAPES of each target that succeeded.

        A loaded machine makes fewer of them in the same time. A target that stops answering ends
        the wait after LONGEST. Raises TimeoutError, saying what did not happen.
        """
        newest = self.scraped()
        seen = dict.fromkeys(newest, 0)
        deadline = time.monotonic() + LONGEST
        while not happens():
            for target, at in self.scraped().items():
                seen[target] = seen.get(target, 0) + (newest.get(target) != at)
                newest[target] = at
            if min(seen.values(), default=0) >= SCRAPES or time.monotonic() > deadline:
                raise TimeoutError(f"not in {list(seen.values())} scrapes: {what}")
            time.sleep(1)


@dataclass(frozen=True)
class Alertmanager:
    """An Alertmanager on this machine."""

    port: int

    def suppressed(self) -> list[str]:
        """Return the names of the alerts that another one inhibits."""
        found = _get(self.port, "api/v2/alerts", inhibited="true", active="false")
        return sorted({one["labels"]["alertname"] for one in found if one["status"]["inhibitedBy"]})


@dataclass
class Inbox:
    """The alerts that arrived: path, status and name of each."""

    received: list[tuple[str, str, str]] = field(default_factory=list)


@contextlib.contextmanager
def inbox(port: int) -> Iterator[Inbox]:
    """Yield an inbox that webhooks reach at `port`."""
    made = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for one in body["alerts"]:
                made.received.append((self.path, one["status"], one["labels"]["alertname"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def wait_for(happens: Callable[[], object], what: str, seconds: float) -> None:
    """Wait until it happens. Raises TimeoutError, saying what did not."""
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {seconds:.0f} s: {what}")
        time.sleep(0.3)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def _get(port: int, path: str, **parameters: str) -> Any:
    url = f"http://127.0.0.1:{port}/{path}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)
