"""Start the containers of both compose files, lose their data, recover; write build/stack.json.

python -m tests.stack [--fresh]

Exits with 1 if a step fails, with 5 where podman cannot be used, with 130 or 143 if interrupted.
Images stay, since building them takes minutes; --fresh builds all of them again.
"""

import argparse
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field

from botocore.exceptions import BotoCoreError, ClientError
from pyrage import x25519

from tests.compose import stack
from tests.conftest import ROOT
from tests.stack import images, podman
from tests.stack.cluster import Cluster
from tests.stack.one_server import IDENTITY, OneServer
from tests.stack.podman import Podman
from tests.stack.project import Project
from tooling import printing
from tooling.errors import ToolingError

REPORT = ROOT / "build/stack.json"


@dataclass
class Report:
    """What runs, what was recovered, and how long each step took."""

    services: int = 0
    started: int = 0
    healthy: int = 0
    restored: bool = False
    failed_over: bool = False
    not_started: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def step(self, name: str, work: Callable[..., object], *arguments: object) -> bool:
        """Do a step; record how long it took, or how it failed. Return whether it was done."""
        printing.say(f"{name} …", err=True)
        began = time.monotonic()
        try:
            work(*arguments)
        except (
            ToolingError,
            OSError,
            ValueError,
            LookupError,
            BotoCoreError,
            ClientError,
        ) as error:
            self.failed[name] = str(error) or type(error).__name__
            printing.fail(f"{name}: {self.failed[name]}")
        self.seconds[name] = round(time.monotonic() - began, 1)
        return name not in self.failed


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="build every image again")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    REPORT.unlink(missing_ok=True)
    report = Report()
    try:
        engine = podman.opened()
        if given.fresh:
            engine.attempt("image", "rm", "--force", images.BASE)
        if report.step(
            "build", lambda: images.build(engine, lambda one: printing.say(one, err=True))
        ):
            values = _values()
            with _project(engine, "compose.yaml", values) as project:
                _one_server(report, project)
            with _project(engine, "compose.ha.yaml", values) as project:
                _cluster(report, project)
    except ToolingError as error:
        printing.fail(error.message, error.hint)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    REPORT.write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")
    for name, reason in report.not_started.items():
        printing.say(f"{name} was not started: {reason}")
    printing.say(f"{report.healthy} of {report.services} services are healthy", f"{REPORT}")
    return 1 if report.failed or not (report.restored and report.failed_over) else 0


def _one_server(report: Report, project: Project) -> None:
    one = OneServer(project)
    if not _start(report, project):
        return
    steps = (one.backed_up, one.watched, one.refused_while_running, one.volume_lost)
    report.restored = all(_do(report, step) for step in (*steps, one.everything_lost))
    if report.restored:
        _count_by_hand(report, project)
        _do(report, one.drilled)


def _cluster(report: Report, project: Project) -> None:
    cluster = Cluster(project)
    if _start(report, project):
        steps = (cluster.encrypted, cluster.backed_up, cluster.failed_over, cluster.followed)
        report.failed_over = all(_do(report, step, "cluster ") for step in steps)
        if report.failed_over and _do(report, cluster.lost, "cluster "):
            _count_by_hand(report, project)


def _start(report: Report, project: Project) -> bool:
    """Start every service that can be; return whether all of those are healthy."""
    report.not_started |= project.missing()
    report.services += len(project.services) + len(project.by_hand())
    for names in filter(None, project.generations()):
        if not report.step(f"{project.file}: start {', '.join(names)}", project.start, *names):
            return False
        report.started += len(names)
        for name in names:
            if not report.step(f"{project.file}: {name}", project.wait, name):
                return False
            report.healthy += 1
    return True


def _do(report: Report, step: Callable[[], None], of: str = "") -> bool:
    return report.step(of + step.__name__.replace("_", " "), step)


def _count_by_hand(report: Report, project: Project) -> None:
    """Count the services that are run by hand: a restore has run them to their end."""
    report.started += len(project.by_hand())
    report.healthy += len(project.by_hand())


def _values() -> dict[str, str]:
    """Return values for .env: passwords, free ports, and the public key of a new IDENTITY."""
    identity = x25519.Identity.generate()
    IDENTITY.unlink(missing_ok=True)
    IDENTITY.touch(mode=0o600)
    IDENTITY.write_text(f"{identity}\n", encoding="utf-8")
    ports = {name: str(stack.free_port()) for file in images.FILES for name in stack.ports(file)}
    return {**stack.secrets(), **ports, "BACKUP_RECIPIENTS": str(identity.to_public())}


@contextlib.contextmanager
def _project(engine: Podman, file: str, values: dict[str, str]) -> Iterator[Project]:
    """Yield a project of which nothing is there before or afterwards."""
    project = Project(engine, file, values)
    engine.remove(project.name)
    project.prepare()
    try:
        yield project
    finally:
        engine.remove(project.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
