"""A real browser, from PATH or out of Debian's packages unpacked into build/, driven by a pipe.

Also for tests of programs that pgproof is a part of.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PACKAGE = "chromium-headless-shell"
_FOLDER = Path(__file__).resolve().parents[2] / "build/browser"
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)

_AS_3_AND_4 = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def program() -> Path:
    """Return the browser, or skip the test saying why there is none."""
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    if not _FOLDER.is_dir():
        scratch = _FOLDER.with_name("browser.partial")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        try:
            # What lies in the cache of apt would not be listed.
            (scratch / "archives/partial").mkdir(parents=True)
            ask = ["apt-get", "-qq", "-o", f"Dir::Cache::Archives={scratch}/archives"]
            ask += ["--print-uris", "--no-install-recommends", "install", _PACKAGE]
            listed = subprocess.run(ask, check=True, capture_output=True, text=True).stdout
            names = re.findall(r"^'\S+' ([^_\s]+)_", listed, re.MULTILINE)
            download = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", *names]
            subprocess.run(download, cwd=scratch, check=True, capture_output=True)
            for package in scratch.glob("*.deb"):
                subprocess.run(["dpkg", "-x", str(package), str(scratch)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no browser here, and its Debian package cannot be fetched: {error}")
        scratch.rename(_FOLDER)
    return _FOLDER / "usr/lib/chromium/chromium-headless-shell"


class Page:
    """A page of the browser, and what it was asked to load."""

    def __init__(self, sends: IO[bytes], receives: IO[bytes]):
        self._sends, self._receives = sends, receives
        self._number = 0
        self._session: dict[str, str] = {}
        self.requests: list[str] = []
        self.messages: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def open(self, path: Path) -> None:
        """Load a file, and wait until all of it is there."""
        self.requests.clear()
        self.call("Page.navigate", url=path.as_uri())
        while self._read().get("method") != "Page.loadEventFired":
            pass

    def show(self, *, width: int, scheme: str, height: int = 900) -> None:
        """Be as wide as a screen, in a colour scheme: light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 500)  # fmt: skip
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def ask(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def picture(self) -> bytes:
        """Return the whole page as PNG."""
        from base64 import b64decode

        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return b64decode(shot["data"])

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call the browser, and return what it answers."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, **self._session}
        self._sends.write(json.dumps(message).encode() + b"\0")
        self._sends.flush()
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _read(self) -> dict[str, Any]:
        text = bytearray()
        while (one := self._receives.read(1)) != b"\0":
            assert one, "the browser has ended"
            text += one
        message: dict[str, Any] = json.loads(text)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        if message.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
            self.messages.append(json.dumps(message["params"]))
        return message


def _pipe() -> list[int]:
    """Return a pipe whose numbers are neither 3 nor 4, which the browser reads and writes."""
    ends = os.pipe()
    high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in ends]
    for one in ends:
        os.close(one)
    return high


@contextmanager
def page() -> Iterator[Page]:
    """Start the browser with a profile of its own, and yield a page; it ends with the block."""
    found = program()
    (to_read, sends), (receives, to_write) = _pipe(), _pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        folders = (_FOLDER.glob("usr/lib/*-linux-gnu"), _FOLDER.glob("usr/lib/*-linux-gnu/*/"))
        libraries = ":".join(str(one) for some in folders for one in some)
        command = [str(found), *_QUIET, f"--user-data-dir={profile}"]
        process = subprocess.Popen(
            [sys.executable, "-c", _AS_3_AND_4, str(to_read), str(to_write), *command],
            pass_fds=(to_read, to_write),
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile, "LD_LIBRARY_PATH": libraries},
        )
        os.close(to_read)
        os.close(to_write)
        try:
            with open(sends, "wb") as writes, open(receives, "rb") as reads:  # noqa: PTH123
                yield Page(writes, reads)
        finally:
            process.terminate()
            process.wait()
