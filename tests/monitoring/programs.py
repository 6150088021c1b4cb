"""Prometheus, Alertmanager, their tools and postgres_exporter: Debian's, unpacked into build/."""

import functools
import os
import subprocess
from pathlib import Path

from tests.conftest import ROOT
from tooling.packages import debian

MONITORING = ROOT / "monitoring"
FOLDER = ROOT / "build/monitoring"
PACKAGES = ("prometheus", "prometheus-alertmanager", "prometheus-postgres-exporter")
EXPORTER = "prometheus-postgres-exporter"
ALERTMANAGER = "prometheus-alertmanager"
_INSTALLED = b"/usr/share/prometheus/alertmanager"
_BELOW = b"usr/share/prometheus//alertmanager"
"""As many bytes: what stands in the program can be replaced, not moved."""


@functools.cache
def program(name: str) -> Path:
    """Return the path of a program. Alertmanager's has to be started in FOLDER."""
    found = debian.unpacked(PACKAGES, FOLDER) / "usr/bin" / name
    return _relocated(found) if name == ALERTMANAGER else found


def _relocated(program: Path) -> Path:
    """Return a copy that reads its templates below its working folder, not where Debian's would."""
    copy = FOLDER / "alertmanager"
    if not copy.exists():
        scratch = copy.with_suffix(f".half-made-{os.getpid()}")
        scratch.write_bytes(program.read_bytes().replace(_INSTALLED, _BELOW))
        scratch.chmod(0o755)
        scratch.rename(copy)
    return copy


def run(name: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end, in the folder of the configuration."""
    return subprocess.run(
        [program(name), *map(str, arguments)],
        cwd=MONITORING,
        capture_output=True,
        text=True,
        check=False,
    )
