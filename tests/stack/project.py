"""One compose file as a running project: its services started in order, asked, and stopped."""

import graphlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.compose import stack
from tests.conftest import ROOT
from tests.stack import images
from tests.stack.podman import FOLDER, Podman, StepError, compose

_LOOKS = 180
_COMMANDS = {
    "postgres_exporter": [
        "--no-collector.bgwriter",
        "--collector.database",
        "--web.listen-address=:9187",
    ]
}
"""Of services whose program here is of another version than the image's."""


@dataclass(frozen=True)
class Project:
    """A compose file under a name of its own, with values for its variables."""

    podman: Podman
    file: str
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name of the project: that of the file's, but never the same."""
        return f"{stack.load(self.file)['name']}-stack-check"

    @property
    def services(self) -> Mapping[str, stack.Service]:
        """The services that its profiles start; those that are run by hand are no part of them."""
        return {
            name: service
            for name, service in stack.services(self.file).items()
            if service.get("profiles") != [name]
        }

    def by_hand(self) -> list[str]:
        """Return the services that no profile of others starts."""
        return sorted(stack.services(self.file).keys() - self.services.keys())

    def generations(self) -> Iterator[list[str]]:
        """Yield the services that can be started, those together that may be.

        What ends by itself runs alone: podman's names of other containers are gone for a moment
        whenever one is started.
        """
        missing = self.missing()
        order = graphlib.TopologicalSorter(_waits(self.services))
        order.prepare()
        while ready := order.get_ready():
            found = [name for name in ready if name not in missing]
            alone = [name for name in found if stack.is_one_shot(self.file, name)]
            yield from ([name] for name in alone)
            yield [name for name in found if name not in alone]
            order.done(*ready)

    def missing(self) -> dict[str, str]:
        """Return the services that cannot be started, each with the reason."""
        found: dict[str, str] = {}
        waits = _waits(self.services)
        for name in graphlib.TopologicalSorter(waits).static_order():
            if images.stand_in(self.services[name]) is None:
                found[name] = images.MISSING[images.repository(self.services[name]["image"])]
            elif absent := sorted(waits[name] & found.keys()):
                found[name] = f"waits for {', '.join(absent)}"
        return found

    def prepare(self) -> None:
        """Write what is given to podman-compose beside the compose file."""
        override = {
            name: {"image": images.stand_in(service)}
            | ({"command": _COMMANDS[name]} if name in _COMMANDS else {})
            for name, service in stack.services(self.file).items()
            if images.stand_in(service)
        }
        self._override.write_text(yaml.safe_dump({"services": override}))
        self._values.touch(mode=0o600)
        self._values.write_text("".join(f"{key}={one}\n" for key, one in self.values.items()))

    def start(self, *names: str) -> None:
        """Start services, whatever they wait for. Raises StepError."""
        self._compose("up", "--detach", "--no-deps", "--no-build", *names)

    def wait(self, name: str) -> None:
        """Wait until a service is healthy, or has ended with 0. Raises StepError."""
        if stack.is_one_shot(self.file, name):
            code = self.podman.run("wait", self.container(name)).strip()
            if code != "0":
                raise StepError(f"{name} ended with {code}: {self.said(name)}")
        else:
            self.wait_until(lambda: self.is_healthy(name), f"{name} to be healthy", name)

    def up(self, *names: str) -> None:
        """Start services one after another, each when the one before is healthy."""
        for name in names:
            self.start(name)
            self.wait(name)

    def run(self, name: str, *words: str, given: str = "") -> str:
        """Run a service by hand to its end and return what it printed. Raises StepError."""
        return self._compose("run", "--rm", "--no-deps", "-T", name, *words, given=given)

    def execute(self, name: str, *words: str, given: str = "") -> str:
        """Run a command in a container and return what it printed. Raises StepError."""
        return self.podman.run("exec", "--interactive", self.container(name), *words, given=given)

    def job(self, name: str) -> dict[str, Any]:
        """Run a job of ops.jobs where the schedule does. Raises StepError."""
        done: dict[str, Any] = json.loads(
            self.execute("jobs", "tooling", "job", "run", name, "--json")
        )
        return done

    def is_healthy(self, name: str) -> bool:
        """Run the health check of a service once, as an engine with systemd does by a timer."""
        return not self.podman.attempt("healthcheck", "run", self.container(name)).returncode

    def container(self, name: str) -> str:
        """Return the id of the container of a service. Raises StepError."""
        labels = (f"project={self.name}", f"service={name}")
        filters = [f"--filter=label=com.docker.compose.{label}" for label in labels]
        found = self.podman.run("ps", "--all", "--quiet", *filters).split()
        if len(found) != 1:
            raise StepError(f"{name} has {len(found)} containers")
        return found[0]

    def kill(self, name: str) -> None:
        """Kill a service as a power cut does."""
        self.podman.run("kill", "--signal=KILL", self.container(name))

    def discard(self, *names: str) -> None:
        """Stop services and remove their containers; their volumes stay."""
        for name in names:
            self.podman.run("rm", "--force", "--time=30", self.container(name))

    def destroy(self, *volumes: str) -> None:
        """Remove volumes that no container uses, with all that is in them."""
        self.podman.run("volume", "rm", *(f"{self.name}_{volume}" for volume in volumes))

    def port(self, name: str) -> int:
        """Return the port of this machine at which a service is reached."""
        inspected = json.loads(self.podman.run("inspect", self.container(name)))[0]
        published = filter(None, inspected["HostConfig"]["PortBindings"].values())
        return int(next(published)[0]["HostPort"])

    def said(self, name: str) -> str:
        """Return the end of what a service printed."""
        done = self.podman.attempt("logs", "--tail=8", self.container(name))
        return f"{done.stdout}{done.stderr}".strip()

    def wait_until(self, happens: Callable[[], bool], what: str, name: str) -> None:
        """Wait until it happens. Raises StepError, with the end of what the service printed.

        A service that does not answer yet may do so later. The limit is a number of looks, not a
        time: each takes as much longer as the service does on a loaded machine.
        """
        for _ in range(_LOOKS):
            if _without_errors(happens):
                return
            time.sleep(1)
        raise StepError(f"looked {_LOOKS} times for {what}: {self.said(name)}")

    @property
    def _override(self) -> Path:
        return FOLDER / f"{self.name}.yaml"

    @property
    def _values(self) -> Path:
        return FOLDER / f"{self.name}.env"

    def command(self, *words: str) -> list[str]:
        """Return a command of podman-compose's on this project, with every profile of its file."""
        command = [compose(), "--project-name", self.name, "--env-file", str(self._values)]
        command += ["--in-pod=false", "-f", str(ROOT / self.file), "-f", str(self._override)]
        services = stack.services(self.file).values()
        profiles = {one for service in services for one in service.get("profiles", [])}
        return [*command, *(f"--profile={one}" for one in sorted(profiles)), *words]

    def _compose(self, *words: str, given: str = "") -> str:
        done = self.podman.program(self.command(*words), given)
        if done.returncode:
            said = f"{done.stdout}\n{done.stderr}".strip().splitlines()
            raise StepError(f"{' '.join(words)[:120]}: {' / '.join(said[-4:])}")
        return done.stdout


def _without_errors(happens: Callable[[], bool]) -> bool:
    try:
        return happens()
    except OSError:
        return False


def _waits(services: Mapping[str, stack.Service]) -> dict[str, set[str]]:
    """Return for each service the others that it waits for."""
    return {name: set(service.get("depends_on", {})) for name, service in services.items()}
