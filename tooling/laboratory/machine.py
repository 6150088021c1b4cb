"""On what, and beside what else, a measurement was taken."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tooling.server.server import Server


def facts(server: Server) -> dict[str, Any]:
    """Return day, machine, PostgreSQL's version and the load, to be called when a run ends."""
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": _machine(),
        "load": [round(value, 1) for value in os.getloadavg()],
        "postgresql": server.version(),
    }


def _machine() -> str:
    model = _first("/proc/cpuinfo", r"model name\s*: (.*)") or platform.machine()
    kilobytes = _first("/proc/meminfo", r"MemTotal:\s*(\d+)")
    memory = f", {int(kilobytes) / 2**20:.0f} GB" if kilobytes else ""
    return f"{os.cpu_count()} cores of {model}{memory}"


def _first(file: str, pattern: str) -> str | None:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"))
    except OSError:
        return None
    return found[1].strip() if found else None
