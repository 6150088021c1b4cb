"""A cluster on this machine: etcd, and three nodes of Patroni with compose/ha/patroni.yaml."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import ROOT
from tests.ha import reachable
from tests.roles import logins
from tooling.packages import debian
from tooling.server import embedded, places

DATABASE = "eagle_sign"
LOGINS = logins()
IMAGE = {
    "bin": ("compose/ha/eagle-database", "compose/db/10-roles.sh", "compose/db/eagle-passwords"),
    "sql": ("sql/roles.sql", "sql/superuser.sql", "compose/db/20-databases.sql"),
}
"""What the image has that Patroni runs: the folder of a node's programs, and that of its SQL."""
HOSTS = {"one": "127.0.0.11", "two": "127.0.0.12", "three": "127.0.0.13"}
"""Patroni refuses 127.0.0.1 as the address of a node."""


@dataclass
class Cluster:
    """Where the nodes are, and the processes that this test has started."""

    place: Path
    etcd_port: int
    port: int
    api_port: int
    password: str
    python: reachable.Python
    programs: Path
    account: places.Account | None
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def url(self, database: str = DATABASE, host: str | None = None, user: str = "postgres") -> str:
        """Return the connection string of whichever node takes writes, or of one node."""
        hosts = host or ",".join(HOSTS.values())
        wanted = "any" if host else "read-write"
        return (
            f"host={hosts} port={self.port} dbname={database} user={user} "
            f"password={self.password} connect_timeout=2 target_session_attrs={wanted}"
        )

    def start(self, name: str) -> None:
        """Start a node; it makes, or joins, the cluster."""
        host = HOSTS[name]
        environment = {
            **self.python.environment,
            "PATH": f"{self.place / 'bin'}:{self.programs}:{os.environ['PATH']}",
            "LD_LIBRARY_PATH": str(self.programs.parent / "lib"),
            "EAGLE_SQL": str(self.place / "sql"),
            "PATRONI_NAME": name,
            "PATRONI_ETCD3_HOSTS": f"127.0.0.1:{self.etcd_port}",
            "PATRONI_RESTAPI_LISTEN": f"{host}:{self.api_port}",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"{host}:{self.api_port}",
            "PATRONI_POSTGRESQL_LISTEN": f"{host}:{self.port}",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"{host}:{self.port}",
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.place / name),
            "PATRONI_POSTGRESQL_BIN_DIR": str(self.programs),
            "PATRONI_POSTGRESQL_PGPASS": str(self.place / f"{name}.pgpass"),
        }
        for role, user in (
            ("SUPERUSER", "postgres"),
            ("REPLICATION", "replicator"),
            ("REWIND", "rewinder"),
        ):
            environment |= {
                f"PATRONI_{role}_USERNAME": user,
                f"PATRONI_{role}_PASSWORD": self.password,
            }
        for role in ("postgres", *LOGINS):
            environment[f"{role.upper()}_PASSWORD"] = self.password
        self._spawn(
            name, [*self.python.command, "-m", "patroni", self.place / "patroni.yaml"], environment
        )

    def start_etcd(self, program: Path) -> None:
        """Start etcd, alone: what is tested here is what Patroni does."""
        url, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.etcd_port + 1}"
        command = [
            program, "--data-dir", self.place / "etcd", "--unsafe-no-fsync",
            "--listen-client-urls", url, "--advertise-client-urls", url,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", f"default={peer}",
        ]  # fmt: skip
        self._spawn("etcd", command, {})

    def _spawn(self, name: str, command: list[Any], environment: dict[str, str]) -> None:
        with (self.place / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(word) for word in command],
                cwd=self.place,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **places.identity(self.account),
            )

    def members(self) -> dict[str, dict[str, Any]]:
        """Return what the nodes say of the cluster: role and state by name; {} if none answers."""
        for host in HOSTS.values():
            with contextlib.suppress(OSError, ValueError):
                answer = urllib.request.urlopen(f"http://{host}:{self.api_port}/cluster", timeout=2)
                return {one["name"]: one for one in json.load(answer)["members"]}
        return {}

    def named(self, *roles: str) -> str | None:
        """Return the name of the first running node in one of the roles."""
        for name, member in self.members().items():
            if member["role"] in roles and member["state"] in ("running", "streaming"):
                return name
        return None

    def is_whole(self) -> bool:
        """Tell whether one leads and two stream from it, one of them synchronously.

        A server that was killed is said to be running until its node looks again.
        """
        seen = sorted((member["role"], member["state"]) for member in self.members().values())
        return seen == [
            ("leader", "running"), ("replica", "streaming"), ("sync_standby", "streaming")
        ]  # fmt: skip

    def switch_over(self, leader: str, candidate: str) -> None:
        """Ask for another leader, as `patronictl switchover` does."""
        body = json.dumps({"leader": leader, "candidate": candidate}).encode()
        request = urllib.request.Request(
            f"http://{HOSTS[leader]}:{self.api_port}/switchover", body, method="POST"
        )
        urllib.request.urlopen(request, timeout=60).read()

    def kill_server(self, name: str) -> None:
        """Kill -9 the server of a node, not its Patroni."""
        os.kill(int((self.place / name / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def kill_node(self, name: str) -> None:
        """Kill -9 Patroni and the server: the node is gone."""
        process = self.running.pop(name)
        process.kill()
        process.wait()
        self.kill_server(name)

    def stop(self) -> None:
        """Kill all that this test started."""
        for name in [*HOSTS, "etcd"]:
            if process := self.running.pop(name, None):
                process.kill()
                process.wait()
            with contextlib.suppress(OSError, ValueError, IndexError):
                self.kill_server(name)


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a cluster whose three nodes stream; it goes when the block ends."""
    place = places.scratch_folder("eagle-ha-")
    account = places.account_of(place)
    password = secrets.token_urlsafe(16)
    etcd_port = _free_ports(2)
    made = Cluster(
        place, etcd_port, _free_ports(1), _free_ports(1), password,
        reachable.python(place, account), embedded.reachable_programs(place, account), account,
    )  # fmt: skip
    try:
        (place / "patroni.yaml").write_text(_without_encryption())
        (place / "patroni.yaml").chmod(0o644)
        for folder, files in IMAGE.items():
            (place / folder).mkdir(mode=0o755)
            for file in files:
                shutil.copy(ROOT / file, place / folder)
                (place / folder / Path(file).name).chmod(0o755)
        made.start_etcd(_etcd())
        for name in HOSTS:
            made.start(name)
        wait_for(made.is_whole, "three nodes that stream", 120)
        yield made
    except BaseException:
        for log in sorted(place.glob("*.log")):
            sys.stderr.write(f"{log.name}:\n{log.read_text(errors='replace')[-2000:]}\n")
        raise
    finally:
        made.stop()
        shutil.rmtree(place, ignore_errors=True)


def _without_encryption() -> str:
    """Return patroni.yaml for servers that are built without OpenSSL."""
    text = (ROOT / "compose/ha/patroni.yaml").read_text()
    return text.replace('ssl: "on"', 'ssl: "off"').replace("hostssl", "host")


def wait_for(happens: Callable[[], object], what: str, seconds: float) -> None:
    """Wait until it happens. Raises TimeoutError, saying what did not."""
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {seconds:.0f} s: {what}")
        time.sleep(0.2)


def _etcd() -> Path:
    """Return etcd's program: the machine's own, or that of Debian's package in build/."""
    if found := shutil.which("etcd"):
        return Path(found)
    return debian.unpacked(["etcd-server"], ROOT / "build/etcd") / "usr/bin/etcd"


def _free_ports(count: int) -> int:
    """Return the first of so many neighbouring ports that nobody listens at, on any address."""
    while True:
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            first = 0
            for number in range(count):
                free = held.enter_context(socket.socket())
                free.bind(("", first + number if first else 0))
                first = first or free.getsockname()[1]
            return first


def connect(url: str) -> psycopg.Connection[Any]:
    """Connect to whichever node takes writes."""
    return psycopg.connect(url, autocommit=True)
