"""Backups of the cluster: the receiver follows whichever node takes writes, and nothing is lost."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo

from tests.ha.cluster import DATABASE, HOSTS, Cluster, wait_for
from tests.tooling.backup.world import World
from tooling.backup import barman, follow
from tooling.backup.barman import RECEIVER, SLOT
from tooling.server import places
from tooling.server.server import Server

_SECONDS = 90
_FOLLOWS = f"""
select 1 from pg_stat_replication where application_name = '{RECEIVER}' and state = 'streaming'"""
_TIMELINE = "select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer"
_ACKNOWLEDGED = "select writer, number from acknowledged order by 1, 2"


@dataclass(frozen=True)
class Backups:
    """A cluster, and the commands with the role that streams from it."""

    cluster: Cluster
    world: World

    def wait_until_followed(self) -> None:
        """Wait until the receiver has all that the primary has committed."""
        wait_for(lambda: self._ask(_FOLLOWS), "a receiver that follows the primary", _SECONDS)
        self.world.received()

    def check_after_failover(self) -> None:
        """Restore what was received over the failover, and take the backup that is due."""
        self.wait_until_followed()
        kept = barman.connection_of(self.world.settings)
        assert (kept["host"], "hostaddr" in kept) == (",".join(HOSTS.values()), False)
        ((timeline,),) = self._ask(_TIMELINE)
        due = follow.backup_due(self.world.settings, timeline)
        assert due, "a backup of the new timeline is due"
        assert self._restored() == self._ask(_ACKNOWLEDGED)
        made = self.world.json("backup", "run")
        assert (made["parent"], made["timeline"], made["problem"]) == (None, timeline, None)
        assert follow.backup_due(self.world.settings, timeline) is None

    def _restored(self) -> list[tuple[object, ...]]:
        folder = self.world.place / "restored"
        made = self.world.json("restore", "--to", folder)
        url = make_conninfo(made["url"], dbname=DATABASE, user="postgres")
        try:
            return self.world.sql(_ACKNOWLEDGED, url)
        finally:
            self.world.stop_copy(folder)

    def _ask(self, query: str) -> list[tuple[object, ...]]:
        try:
            return self.world.sql(query, self.cluster.url())
        except psycopg.OperationalError:  # no node takes writes yet
            return []


@contextmanager
def backups(cluster: Cluster) -> Iterator[Backups]:
    """Yield backups of a cluster: one is there, and a receiver follows."""
    place = places.scratch_folder("eagle-ha-backups-")
    place.chmod(0o755)
    node = Server(cluster.programs, cluster.place / "one", cluster.place, cluster.port)
    world = World(node, place, cluster.url(user="eagle_backup"))
    process = None
    try:
        assert world.sql(f"select 1 from pg_replication_slots where slot_name = '{SLOT}'")
        world.json("backup", "run")
        process = world.start("backup", "receive")
        made = Backups(cluster, world)
        made.wait_until_followed()
        yield made
    finally:
        if process:
            process.terminate()
            process.wait(30)
        world.tooling("backup", "receive", "--stop")
        shutil.rmtree(place, ignore_errors=True)
