"""The compose files as data, and the values that .env would give them."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pyrage import x25519

from tests.conftest import ROOT
from tooling import environment

FILES = sorted(ROOT.glob("compose*.yaml"))
OVERRIDES = {"compose.minio.yaml": "compose.yaml"}
"""Files that are given after another one, and are not whole by themselves."""
DOCKERFILES = sorted((ROOT / "compose").glob("*/Dockerfile"))
PROFILES = ("app", "operations", "monitoring", "all")

Service = Mapping[str, Any]


def load(name: str) -> dict[str, Any]:
    """Return a compose file, anchors and merges resolved."""
    found: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())
    return found


def services(name: str = "compose.yaml") -> dict[str, Service]:
    """Return the services of a compose file by name."""
    found: dict[str, Service] = load(name)["services"]
    return found


def every_service() -> list[tuple[str, str, Service]]:
    """Return file, name and text of every service that stands whole in its file."""
    return [
        (file.name, name, service)
        for file in FILES
        if file.name not in OVERRIDES
        for name, service in services(file.name).items()
    ]


def ports(name: str) -> list[str]:
    """Return the variables of a compose file by which another port is chosen."""
    return re.findall(r"\$\{([A-Z0-9_]+_PORT):-", (ROOT / name).read_text())


def is_one_shot(file: str, name: str) -> bool:
    """Tell whether a service ends by itself: others wait for it to have done so."""
    waiting = (service.get("depends_on", {}) for service in services(file).values())
    awaited = (entry[name]["condition"] for entry in waiting if name in entry)
    return "service_completed_successfully" in awaited or "restart" not in services(file)[name]


def secrets() -> dict[str, str]:
    """Return a value for each variable that the files ask for."""
    names = set(environment.asked(file.read_text() for file in FILES)) - {environment.RECIPIENTS}
    recipient = str(x25519.Identity.generate().to_public())
    return {
        environment.RECIPIENTS: recipient,
        **{name: environment.generated(name) for name in sorted(names)},
    }


def environment_of(name: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a service, with the values of .env in it."""
    asked = re.compile(r"\$\{([A-Z_]+):\?[^}]*\}")
    given = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")
    entries = services()[name].get("environment", {})
    return {
        key: given.sub(lambda found: values.get(found[1], found[2]),
                       asked.sub(lambda found: values[found[1]], text))
        for key, text in entries.items()
    }  # fmt: skip


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def resolved(folder: Path, *files: str, profile: str | None = None) -> dict[str, Any]:
    """Return what podman-compose makes of files: variables, overrides and profiles resolved.

    There is no podman here: one that says nothing stands in for it, since nothing is started.
    """
    podman = folder / "podman"
    podman.write_text("#!/bin/sh\ntest \"$1\" != --version || echo 'podman version 5.0.0'\n")
    podman.chmod(0o755)
    values = folder / "values.env"
    values.write_text("".join(f"{name}={value}\n" for name, value in secrets().items()))
    command = [str(Path(sys.executable).with_name("podman-compose")), "--podman-path", str(podman)]
    command += [f"--env-file={values}"]
    command += [f"--profile={profile}"] if profile else []
    for file in files:
        command += ["-f", str(ROOT / file)]
    path = {"PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*command, "config"],
        cwd=ROOT,
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found
