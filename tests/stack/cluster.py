"""compose.ha.yaml: encrypted, backed up, its leader killed, and whole again with its backups."""

import json
from dataclasses import dataclass
from typing import Any

from tests.stack import rows
from tests.stack.podman import StepError
from tests.stack.project import Project
from tooling.backup.barman import RECEIVER

NODES = ("node1", "node2", "node3")
_WHOLE = [("leader", "running"), ("replica", "streaming"), ("sync standby", "streaming")]
_SUPERUSER = (
    'PGPASSWORD=$PATRONI_SUPERUSER_PASSWORD exec "$@" '
    '"host=localhost user=postgres dbname=eagle_sign sslmode=$SSLMODE '
    'sslrootcert=/etc/eagle-sign/certificates/ca.crt"'
)
_STREAMING = """
    select string_agg(r.application_name, ' ' order by r.application_name)
      from pg_stat_replication as r
      join pg_stat_ssl as s using (pid)
     where s.ssl
"""


@dataclass(frozen=True)
class Cluster:
    """The project of compose.ha.yaml, with all of its services running."""

    project: Project

    def encrypted(self) -> None:
        """Refuse who does not encrypt; standbys and the receiver do."""
        self._wait_until_whole()
        leader = self._leader()
        wanted = [RECEIVER, *(name for name in NODES if name != leader)]
        if (found := self._psql(leader, _STREAMING).split()) != wanted:
            raise StepError(f"{wanted} should stream encrypted, and {found} do")
        try:
            self._psql(leader, "select 1", "disable")
        except StepError as error:
            if "no encryption" in str(error):
                return
            raise
        raise StepError("a connection without encryption was accepted")

    def failed_over(self) -> None:
        """Kill the leader's container: another node has every row, and the old one comes back."""
        leader = self._leader()
        rows.write(lambda query: self._psql(leader, query))
        before = rows.all_of_them(lambda query: self._psql(leader, query))
        self.project.kill(leader)
        others = [name for name in NODES if name != leader]
        new = self._wait_for_leader(others)
        after = rows.all_of_them(lambda query: self._psql(new, query))
        if after != before:
            raise StepError(f"the rows before: {before}; after the failover: {after}")
        rows.write(lambda query: self._psql(new, query))
        self.project.podman.run("start", self.project.container(leader))
        self._wait_until_whole()

    def backed_up(self) -> None:
        """Take a backup of whichever node leads, before it is lost."""
        self.project.job("backup")

    def followed(self) -> None:
        """After the failover, receive WAL of the new leader, and restore a copy that is equal.

        The copy is of the backup from before; then the one of the new timeline is taken.
        """
        self.project.wait("receive")
        self.project.job("dr-test")
        taken = self.project.job("backup")["detail"]
        if taken["timeline"] < 2 or taken["parent"]:
            raise StepError(f"a full backup of the new timeline was expected: {taken}")
        self.project.job("dr-test")

    def lost(self) -> None:
        """Lose every node with its volume: one is restored, and the others copy it."""
        leader = self._leader()
        rows.write(lambda query: self._psql(leader, query))
        lsn = self._psql(leader, "select pg_current_wal_insert_lsn()").strip()
        self._psql(leader, "select pg_switch_wal()")
        arrived = rows.ARRIVED.format(lsn=lsn)
        self.project.wait_until(
            lambda: self._psql(leader, arrived).strip() != "0", f"WAL up to {lsn}", "receive"
        )
        before = rows.all_of_them(lambda query: self._psql(leader, query))
        for node in NODES:
            self.project.kill(node)
        self.project.discard(*NODES, "receive", "jobs")
        self.project.destroy(*NODES)
        self.project.execute("etcd1", "etcdctl", "del", "--prefix", "/service/eagle-sign/")
        self.project.run("restore")
        self.project.up(NODES[0])
        new = self._wait_for_leader([NODES[0]])
        after = rows.all_of_them(lambda query: self._psql(new, query))
        if after != before:
            raise StepError(f"the rows before: {before}; after the restore: {after}")
        self.project.up(*NODES[1:])
        self._wait_until_whole()
        self.project.up("receive", "jobs")
        self.backed_up()

    def _psql(self, node: str, query: str, mode: str = "verify-full") -> str:
        shell = ("env", f"SSLMODE={mode}", "sh", "-c", _SUPERUSER, "sh")
        return self.project.execute(node, *shell, *rows.PSQL, given=query)

    def _members(self, node: str) -> list[dict[str, Any]]:
        command = ("patronictl", "-c", "/etc/patroni.yaml", "list", "-f", "json")
        found: list[dict[str, Any]] = json.loads(self.project.execute(node, *command))
        return found

    def _leader(self) -> str:
        return self._wait_for_leader(list(NODES))

    def _wait_for_leader(self, nodes: list[str]) -> str:
        """Return the leader among nodes that run, when it accepts writes."""
        found: list[str] = []

        def is_led() -> bool:
            found[:] = [
                one["Member"]
                for one in self._members(nodes[0])
                if one["Role"] == "Leader" and one["Member"] in nodes and one["State"] == "running"
            ]
            return bool(found)

        self.project.wait_until(is_led, f"a leader among {', '.join(nodes)}", nodes[0])
        return found[0]

    def _wait_until_whole(self) -> None:
        def is_whole() -> bool:
            try:
                members = self._members(NODES[0])
            except StepError:  # a node that has just been started does not answer yet
                return False
            return sorted((one["Role"].lower(), one["State"]) for one in members) == _WHOLE

        self.project.wait_until(is_whole, "three nodes that stream", NODES[0])
