"""What runs beside the jobs without an end, as units of systemd: receiver, metrics, alerts."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tooling.jobs.timers import PREFIX

SERVICES: Mapping[str, tuple[str, str]] = {
    "receive": ("backup receive", "receives WAL as it is written"),
    "metrics": ("metrics", "serves metrics to Prometheus"),
    "alert-receiver": ("alert-receiver", "writes alerts of Alertmanager to the journal"),
}
"""The words of each command, and what it does."""


def write(folder: Path, user: str, environment: Path, project: Path) -> list[Path]:
    """Write the units into the folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in SERVICES:
        file = folder / f"{PREFIX}{name}.service"
        file.write_text(service(name, user, environment, project), encoding="utf-8")
        written.append(file)
    return written


def service(name: str, user: str, environment: Path, project: Path) -> str:
    """Return the unit of a service, started again whenever it ends.

    It runs in the folder `project`, whose settings and migrations it reads. A file named for the
    service beside `environment` stands above that, since each logs in as a role of its own.
    """
    words, about = SERVICES[name]
    tooling = Path(sys.executable).with_name("tooling")
    return (
        "[Unit]\n"
        f"Description=Eagle Sign database: {about}\n"
        "After=network-online.target postgresql.service\n"
        "Wants=network-online.target\n"
        "StartLimitIntervalSec=0\n"
        "\n"
        "[Service]\n"
        f"User={user}\n"
        f"WorkingDirectory={project}\n"
        f"EnvironmentFile={environment}\n"
        f"EnvironmentFile=-{environment.with_name(f'{name}.env')}\n"
        f"ExecStart={tooling} {words}\n"
        "Restart=always\n"
        "RestartSec=5\n"
        "TimeoutStopSec=30\n"
        "NoNewPrivileges=yes\n"
        "PrivateTmp=yes\n"
        "ProtectSystem=full\n"
        "\n"
        "[Install]\n"
        "WantedBy=multi-user.target\n"
    )
