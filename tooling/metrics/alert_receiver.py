"""A receiver of Alertmanager's notifications: writes each alert to stdout as one line."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tooling import printing
from tooling.errors import ConnectionFailedError

PATHS = {"/page": "page", "/ticket": "ticket"}
HEALTHY = "/-/healthy"
_LARGEST = 4 * 1024 * 1024
_SECONDS = 10
_OWN = ("alertname", "severity")


def lines(kind: str, notification: Any) -> Iterator[str]:
    """Yield a line for each alert of a notification: time, kind, status, name, labels, text.

    Raises KeyError, TypeError or AttributeError if it is none of Alertmanager's webhook. Pure.
    """
    for alert in notification["alerts"]:
        labels, said = alert["labels"], alert.get("annotations", {})
        status = alert["status"]
        since = alert.get("endsAt" if status == "resolved" else "startsAt", "")
        others = " ".join(
            f"{name}={json.dumps(value)}"
            for name, value in sorted(labels.items())
            if name not in _OWN
        )
        text = said.get("description") or said.get("summary") or "no description"
        parts = (since, kind, status, labels["alertname"], f"{{{others}}}", text)
        yield " ".join((*parts, said.get("runbook_url", ""))).strip()


class _Handler(BaseHTTPRequestHandler):
    timeout = _SECONDS

    def do_GET(self) -> None:
        self._answer(HTTPStatus.OK if self.path == HEALTHY else HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        kind = PATHS.get(self.path)
        length = self.headers.get("Content-Length", "")
        if kind is None:
            self._answer(HTTPStatus.NOT_FOUND)
        elif not length.isdecimal():
            self._answer(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > _LARGEST:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._receive(kind, self.rfile.read(int(length)))

    def _receive(self, kind: str, body: bytes) -> None:
        try:
            found = list(lines(kind, json.loads(body)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            printing.fail(f"not a notification of Alertmanager: {type(error).__name__}: {error}")
            self._answer(HTTPStatus.BAD_REQUEST)
            return
        printing.say(*found)
        self._answer(HTTPStatus.OK)

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing: stdout has the alerts alone."""


def server(address: str, port: int) -> ThreadingHTTPServer:
    """Return a server that listens; port 0 stands for any that is free.

    Raises ConnectionFailedError. A notification that could not be written is not acknowledged, so
    that Alertmanager sends it again.
    """
    try:
        return ThreadingHTTPServer((address, port), _Handler)
    except OSError as error:
        raise ConnectionFailedError(
            f"cannot listen on {address}:{port}: {error.strerror}",
            hint="Choose a free port by --port and an address of this machine by --listen.",
        ) from error
