"""The whole of monitoring on this machine, with the configuration of monitoring/.

A server, the exporter, `tooling metrics`, Prometheus, Alertmanager and a receiver of alerts; only
addresses and times are other than there.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg.conninfo import make_conninfo

from tests.conftest import ROOT
from tests.monitoring import faster
from tests.monitoring.api import Alertmanager, Inbox, Prometheus, free_ports, inbox, wait_for
from tests.monitoring.programs import ALERTMANAGER, EXPORTER, FOLDER, MONITORING, program
from tests.monitoring.workload import Workload
from tooling.server import places
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

INTERVAL = "4s"
"""A scrape may take no longer, and on a loaded machine it took 2 s."""
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum_naptime": 2_000_000,
    "autovacuum_freeze_max_age": 2_000_000_000,
    "autovacuum_multixact_freeze_max_age": 2_000_000_000,
    "max_prepared_transactions": 2,
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
}
"""WAL stays small; nothing is wrong, but nothing vacuums before the cases do."""


@dataclass
class Stack:
    """What runs, and where."""

    server: Server
    place: Path
    ports: dict[str, int]
    inbox: Inbox
    workload: Workload
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url()

    @property
    def migrations(self) -> Path:
        return self.place / "migrations"

    @property
    def backups(self) -> Path:
        return self.place / "backups"

    @property
    def prometheus(self) -> Prometheus:
        return Prometheus(self.ports["prometheus"])

    @property
    def alertmanager(self) -> Alertmanager:
        return Alertmanager(self.ports["alertmanager"])

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the superuser, each in a transaction of its own; return the last's."""
        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def environment(self, **given: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        ours = {"DATABASE_URL": self.url, "TOOLING_BACKUP_HOME": str(self.backups)}
        return {**kept, **ours, **given}

    def tooling(self, *words: object, exits: int = 0) -> str:
        """Run a command of the toolkit, which is to end with this exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "tooling", *map(str, words)],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == exits, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def job(self, name: str, *, exits: int = 0) -> None:
        self.tooling("job", "run", name, exits=exits)

    def start(self, name: str, *before: object, **given: str) -> None:
        """Start one of the programs, with words before its own and more in its environment."""
        command, environment = _command(self, name)
        with (self.place / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(word) for word in (*before, *command)],
                cwd=FOLDER if name == "alertmanager" else ROOT,
                env={**environment, **given},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self, name: str) -> None:
        """End one of the programs, and wait until it is gone."""
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _command(stack: Stack, name: str) -> tuple[list[object], dict[str, str]]:
    place, ports = stack.place, stack.ports
    listen = f"127.0.0.1:{ports.get(name)}"
    exporter = make_conninfo(stack.url, user="eagle_exporter")
    if name == "exporter":
        source = make_conninfo(exporter, sslmode="disable")
        return [program(EXPORTER), f"@{place / 'debian.flags'}"], {"DATA_SOURCE_NAME": source}
    if name == "metrics":
        words = ["metrics", "--port", ports[name], "--migrations", stack.migrations]
        return [sys.executable, "-m", "tooling", *words], stack.environment(DATABASE_URL=exporter)
    if name == "receiver":
        return [sys.executable, "-m", "tooling", "backup", "receive"], stack.environment()
    if name == "prometheus":
        return [
            program("prometheus"), f"--config.file={place / 'prometheus/prometheus.yml'}",
            f"--storage.tsdb.path={place / 'tsdb'}", f"--web.listen-address={listen}",
        ], {}  # fmt: skip
    return [
        program(ALERTMANAGER), f"--config.file={place / 'alertmanager.yml'}",
        f"--storage.path={place / 'alertmanager'}", f"--web.listen-address={listen}",
        "--cluster.listen-address=",
    ], {}  # fmt: skip


def _configure(place: Path, ports: dict[str, int]) -> None:
    """Write the configuration of monitoring/, with addresses of here and times divided by 30."""
    addresses = {
        "postgres_exporter:9187": f"127.0.0.1:{ports['exporter']}",
        "metrics:9188": f"127.0.0.1:{ports['metrics']}",
        "localhost:9090": f"127.0.0.1:{ports['prometheus']}",
        "alertmanager:9093": f"127.0.0.1:{ports['alertmanager']}",
    }
    flags = (MONITORING / "exporter/debian.flags").read_text()
    (place / "debian.flags").write_text(flags.replace(":9187", f":{ports['exporter']}"))
    read = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text())
    read["global"] |= {"scrape_interval": INTERVAL, "scrape_timeout": INTERVAL}
    read["global"]["evaluation_interval"] = INTERVAL
    for part in (*read["scrape_configs"], *read["alerting"]["alertmanagers"]):
        for group in part["static_configs"]:
            group["targets"] = [addresses[target] for target in group["targets"]]
    (place / "prometheus/rules").mkdir(parents=True)
    (place / "prometheus/prometheus.yml").write_text(yaml.safe_dump(read))
    for file in (MONITORING / "prometheus/rules").glob("*.yml"):
        rules = faster.rules(yaml.safe_load(file.read_text()))
        (place / "prometheus/rules" / file.name).write_text(yaml.safe_dump(rules))
    alerts = yaml.safe_load((MONITORING / "alertmanager/alertmanager.yml").read_text())
    alerts["route"] = faster.route(alerts["route"])
    text = yaml.safe_dump(alerts).replace("alert-receiver:9095", f"127.0.0.1:{ports['inbox']}")
    (place / "alertmanager.yml").write_text(text)


@contextlib.contextmanager
def stack() -> Iterator[Stack]:
    """Yield a stack in which nothing is wrong, with data, jobs, a backup and work going on."""
    place = places.scratch_folder("eagle-monitoring-")
    place.chmod(0o755)
    names = ("exporter", "metrics", "prometheus", "alertmanager", "inbox")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    with contextlib.ExitStack() as ending:
        ending.callback(shutil.rmtree, place, ignore_errors=True)
        server = ending.enter_context(temporary_server(SETTINGS))
        workload = Workload(server.url(user="eagle_application"))
        received = ending.enter_context(inbox(ports["inbox"]))
        made = Stack(server, place, ports, received, workload)
        shutil.copytree(ROOT / "migrations", made.migrations)
        _configure(place, ports)
        ending.callback(lambda: [made.stop(name) for name in list(made.running)])
        try:
            _fill(made)
            ending.enter_context(workload)
            for name in ("exporter", "metrics", "alertmanager", "prometheus"):
                made.start(name)
            wait_for(made.prometheus.is_whole, "four targets that are scraped", 180)
            wait_for(lambda: not made.prometheus.all_firing(), "no alert to fire", 180)
            yield made
        except BaseException:
            for log in sorted(place.glob("*.log")):
                sys.stderr.write(f"{log.name}:\n{log.read_text(errors='replace')[-1500:]}\n")
            raise


def _fill(made: Stack) -> None:
    """Migrate, fill, receive the log, and run each enabled job once."""
    made.tooling("migrate")
    made.tooling("seed")
    made.tooling("generate", "--projects", "300", "--seed", "7")
    made.sql("create extension pg_buffercache", "vacuum analyze")
    made.start("receiver")
    slots = "select 1 from pg_replication_slots where active"
    wait_for(lambda: made.sql(slots), "a receiver", 180)
    jobs = made.sql("select job from ops.jobs where is_enabled order by job = 'dr-test', job")
    for (job,) in jobs:
        made.job(job)
