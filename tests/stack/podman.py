"""podman, with the settings that it needs on machines without systemd."""

import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tooling import printing
from tooling.errors import RefusedError, ToolingError

FOLDER = ROOT / "build/stack"
PREFIX = "localhost/eagle-stack-check/"
PACKAGES = {
    "podman": "/usr/bin/podman",
    "runc": "/usr/sbin/runc",
    "netavark": "/usr/lib/podman/netavark",
    "aardvark-dns": "/usr/lib/podman/aardvark-dns",
    "catatonit": "/usr/bin/catatonit",
    "iptables": "/usr/sbin/iptables",
    "mmdebstrap": "/usr/bin/mmdebstrap",
}
"""Packages of Debian, each with a file of its own."""
_LIMIT = 20_000
_TRIES = 10
_SETTINGS = """\
# crun refuses hybrid cgroups; without systemd nothing else manages them; limits cannot be raised.
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
"""


class StepError(ToolingError):
    """A container did not do what it was asked to."""


@dataclass(frozen=True)
class Podman:
    """The program, with settings of its own: those of the machine stay as they are."""

    settings: Path

    def run(self, *words: str | Path, given: str | None = None) -> str:
        """Run a command of podman's and return what it printed. Raises StepError."""
        done = self.attempt(*words, given=given)
        if done.returncode:
            raise StepError(f"podman {' '.join(map(str, words))[:200]}: {_last(done)}")
        return done.stdout

    def attempt(
        self, *words: str | Path, given: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of podman's and return how it went."""
        return self.program(["podman", *map(str, words)], given)

    def program(
        self, command: Sequence[str], given: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program that calls podman.

        What has begun is waited for when this one is interrupted: an image that is half built would
        leave containers behind that no name tells from others.
        """
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "CONTAINERS_CONF": str(self.settings)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            said = process.communicate(given or "")
        except (KeyboardInterrupt, SystemExit):
            printing.say("waiting for podman to end what it has begun", err=True)
            process.communicate()
            raise
        return subprocess.CompletedProcess(command, process.returncode, *said)

    def remove(self, project: str) -> None:
        """Remove containers, volumes and networks of a project, and of no other.

        podman waits some seconds for processes that are killed; on a loaded machine they take more.
        """
        label = f"label=io.podman.compose.project={project}"
        for kind, listed, removed in (
            ("container", ("ls", "--all"), ("rm", "--force", "--volumes", "--time=0")),
            ("volume", ("ls",), ("rm", "--force")),
            ("network", ("ls",), ("rm", "--force")),
        ):
            for _ in range(_TRIES):
                names = self.run(kind, *listed, "--quiet", "--filter", label).split()
                if not names or not self.attempt(kind, *removed, *names).returncode:
                    break
            else:
                self.run(kind, *removed, *names)


def opened() -> Podman:
    """Return podman, ready to use. Raises RefusedError where it cannot be used."""
    if os.geteuid():
        raise RefusedError("containers are started by root here", hint="Run it as root.")
    missing = [name for name, file in PACKAGES.items() if not Path(file).exists()]
    if missing:
        raise RefusedError(
            f"not installed: {', '.join(missing)}",
            hint=f"apt-get install --yes --no-install-recommends {' '.join(PACKAGES)}",
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = FOLDER / "containers.conf"
    files, processes = map(_limit, (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))
    settings.write_text(_SETTINGS.format(files=files, processes=processes))
    podman = Podman(settings)
    done = podman.attempt("info")
    if done.returncode:
        raise RefusedError(f"podman does not run here: {_last(done)}", hint="podman info")
    return podman


def _limit(kind: int) -> int:
    """Return a limit that this process may set: without a right of its own, none above its own."""
    hard = resource.getrlimit(kind)[1]
    return _LIMIT if hard == resource.RLIM_INFINITY else min(_LIMIT, hard)


def compose() -> str:
    """Return the path of podman-compose, which the tests' environment has."""
    return str(shutil.which("podman-compose") or ROOT / ".venv/bin/podman-compose")


def _last(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the last line, with the error of which it is the hint."""
    lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    hinted = len(lines) > 1 and lines[-1].startswith("hint: ")
    return " / ".join(lines[-2:] if hinted else lines[-1:]) or f"exit code {done.returncode}"
