"""Requests that pgbench sends at a steady rate, each timed from when it was due.

A request that waits delays those after it; timed from when they were due, none of the waiting is
left out.
"""

import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from tooling.errors import ToolingError
from tooling.server.server import Server

_LONGEST_SECONDS = 86_400


@dataclass(frozen=True)
class Latencies:
    """Milliseconds of the requests of a while, and what the slowest of them was."""

    requests: int
    median_ms: float
    p99_ms: float
    slowest_ms: float
    slowest: str


class Clients:
    """Sends the requests, by their names, while its block runs: all of them equally often.

    They are scripts of pgbench. After the block `done` has the name, the time (as of time.time())
    and the milliseconds of each, and `failures` what the server said of others. Raises ToolingError
    if pgbench does not start.
    """

    def __init__(
        self, server: Server, database: str, requests: Mapping[str, str], clients: int, rate: float
    ):
        self.done: list[tuple[str, float, float]] = []
        self.failures: list[str] = []
        self._names = list(requests)
        self._folder = tempfile.TemporaryDirectory()
        place = Path(self._folder.name)
        self._log = place / "log"
        scripts = []
        for number, text in enumerate(requests.values()):
            (place / f"{number}.sql").write_text(text, encoding="utf-8")
            scripts += ["-f", str(place / f"{number}.sql")]
        self._command = [
            *(str(server.bin_dir / "pgbench"), "-n", "-M", "prepared", "-c", str(clients)),
            *("-R", f"{rate:g}", "-T", str(_LONGEST_SECONDS), "-l", "--log-prefix", str(self._log)),
            *scripts,
            server.url(database, user="eagle_application"),
        ]
        self._environment = server.environment()

    def __enter__(self) -> "Clients":
        """Start the clients."""
        self._pgbench = subprocess.Popen(  # noqa: S603
            self._command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        """Let pgbench end as if its time were up, and read what it has logged."""
        self._pgbench.send_signal(signal.SIGALRM)
        _, said = self._pgbench.communicate()
        self.failures = [line for line in said.splitlines() if "ERROR:" in line]
        with self._folder:
            if self._pgbench.returncode and not self.failures:
                raise ToolingError(f"pgbench: {said.strip()[-500:]}", hint="See its message.")
            for file in self._log.parent.glob("log.*"):
                for line in file.read_text(encoding="ascii").splitlines():
                    took, script, second, microsecond = map(int, line.split()[2:6])
                    due = second + (microsecond - took) / 1e6
                    self.done.append((self._names[script], due, took / 1000))

    def between(self, start: float, end: float) -> Latencies:
        """Return the latencies of the requests that were due from `start` to `end`.

        Raises ToolingError if none was.
        """
        found = [(ms, name) for name, due, ms in self.done if start <= due <= end]
        if not found:
            raise ToolingError(
                f"pgbench sent no request in {end - start:.1f} s: {self.failures[:1]}",
                hint="Measure for longer, or on a machine with less other work.",
            )
        times = [ms for ms, _ in found]
        slowest, name = max(found)
        p99 = quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else slowest
        middle = round(median(times), 1)
        return Latencies(len(found), middle, round(p99, 1), round(slowest, 1), name)
