"""compose.yaml: backed up, robbed of its volumes, restored as the guide says, and tried again."""

import json
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.stack import rows
from tests.stack.podman import FOLDER, StepError
from tests.stack.project import Project

IDENTITY = FOLDER / "backups.key"
_USERS = ("receive", "jobs", "metrics")
"""Services that mount the volumes of the data or of the backups, besides db."""


@dataclass(frozen=True)
class OneServer:
    """The project of compose.yaml, with all of its services running."""

    project: Project
    identity: Path = IDENTITY

    def ask(self, query: str) -> str:
        """Run SQL as the superuser, who comes in by the socket of the container alone."""
        command = (*rows.PSQL, "--username=postgres", "--dbname=eagle_sign")
        return self.project.execute("db", *command, given=query)

    def backed_up(self) -> None:
        """Take a backup, which is copied to the bucket, and nothing there is readable."""
        rows.write(self.ask)
        taken = self.project.job("backup")["detail"]["backup_id"]
        keys = self._keys()
        if f"base/{taken}.tar.gz.age" not in keys:
            raise StepError(f"{taken} is not in the bucket, which has {keys}")
        if open_ones := [key for key in keys if not key.endswith(".age")]:
            raise StepError(f"not encrypted in the bucket: {open_ones}")

    def volume_lost(self) -> None:
        """Lose the database's volume: nothing committed is lost, and backups go on."""
        rows.write(self.ask)
        self._received()
        before = rows.all_of_them(self.ask)
        self._lose("db")
        self.project.run("restore")
        self._again(before)

    def everything_lost(self) -> None:
        """Lose the backups as well: the bucket has what was committed, and the key opens it."""
        rows.write(self.ask)
        self._shipped()
        before = rows.all_of_them(self.ask)
        self._lose("db", "backups")
        self.project.run("restore", "fetch", given=self.identity.read_text())
        self.project.run("restore")
        self._again(before)

    def drilled(self) -> None:
        """Run the disaster-recovery test, as the schedule does."""
        self.project.job("dr-test")

    def refused_while_running(self) -> None:
        """Refuse to replace the data of a server that runs."""
        try:
            self.project.run("restore", "--overwrite", "--overwrite")
        except StepError as error:
            if "the database is running" in str(error):
                return
            raise
        raise StepError("a restore replaced the data of a server that runs")

    def watched(self) -> None:
        """Scrape every target, see the disk of the data, and deliver an alert."""
        self._wait("prometheus", "all targets to be up", self._all_are_up)
        disks = self._query("eagle_disk_free_bytes")
        if {one["metric"]["place"] for one in disks} != {"data", "backups"}:
            raise StepError(f"the disks that are watched: {disks}")
        port = self.project.port("alertmanager")
        alert = [{"labels": {"alertname": "StackCheck", "severity": "page", "database": "one"}}]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v2/alerts", json.dumps(alert).encode(),
            {"Content-Type": "application/json"},
        )  # fmt: skip
        urllib.request.urlopen(request, timeout=10).read()
        receiver = "alert-receiver"
        self._wait(receiver, "the alert to arrive", lambda: "StackCheck" in self.said(receiver))

    def said(self, name: str) -> str:
        """Return the end of what a service printed."""
        return self.project.said(name)

    def _lose(self, *volumes: str) -> None:
        self.project.kill("db")
        self.project.discard("db", *_USERS)
        self.project.destroy(*volumes)

    def _again(self, before: str) -> None:
        self.project.up("db")
        after = rows.all_of_them(self.ask)
        if after != before:
            raise StepError(f"the rows before: {before}; after the restore: {after}")
        self.project.up(*_USERS)
        self.backed_up()

    def _received(self) -> str:
        """Wait until all that is committed has been received; return the name of its segment."""
        lsn, segment = self.ask(
            "select l || ' ' || pg_walfile_name(l) from pg_current_wal_insert_lsn() as l"
        ).split()
        self.ask("select pg_switch_wal()")
        self._wait(
            "receive",
            f"WAL up to {lsn}",
            lambda: self.ask(rows.ARRIVED.format(lsn=lsn)).strip() != "0",
        )
        return segment

    def _shipped(self) -> None:
        segment = self._received()
        key = f"wals/{segment}.gz.age"
        self._wait("receive", f"{key} in the bucket", lambda: key in self._keys())

    def _keys(self) -> list[str]:
        values = self.project.values
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.project.port('object')}",
            aws_access_key_id=values["OBJECT_BACKUPS_KEY"],
            aws_secret_access_key=values["OBJECT_BACKUPS_SECRET"],
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )
        found = client.list_objects_v2(Bucket="backups").get("Contents", [])
        return [one["Key"] for one in found]

    def _query(self, expression: str) -> list[dict[str, Any]]:
        port = self.project.port("prometheus")
        query = urllib.parse.urlencode({"query": expression})
        url = f"http://127.0.0.1:{port}/api/v1/query?{query}"
        found: list[dict[str, Any]] = json.load(urllib.request.urlopen(url, timeout=10))["data"][
            "result"
        ]
        return found

    def _all_are_up(self) -> bool:
        jobs = {one["metric"]["job"]: one["value"][1] for one in self._query("up")}
        wanted = {"postgres", "eagle", "prometheus", "alertmanager"}
        return jobs.keys() == wanted and set(jobs.values()) == {"1"}

    def _wait(self, name: str, what: str, happens: Callable[[], bool]) -> None:
        self.project.wait_until(happens, what, name)
