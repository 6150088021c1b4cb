"""The cases: what happens to which node, and what is to be true afterwards."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.conftest import ROOT
from tests.ha.cluster import Cluster, connect, wait_for
from tests.ha.workload import TABLE, Writer, count, outage

_STANDBY, _LEADER = ("sync_standby",), ("leader",)


@dataclass(frozen=True)
class Outcome:
    """What a case cost: seconds without a commit, seconds until all three stream again."""

    case: str
    acknowledged: int
    lost: int
    duplicated: int
    outage_seconds: float
    whole_seconds: float


def _switch_over(cluster: Cluster, leader: str, standby: str) -> None:
    cluster.switch_over(leader, standby)


def _kill_server(cluster: Cluster, leader: str, _standby: str) -> None:
    cluster.kill_server(leader)


def _kill_node(cluster: Cluster, leader: str, _standby: str) -> None:
    cluster.kill_node(leader)


def _kill_standby(cluster: Cluster, _leader: str, standby: str) -> None:
    cluster.kill_node(standby)


CASES: dict[str, Callable[[Cluster, str, str], None]] = {
    "switchover": _switch_over,
    "primary's server killed": _kill_server,
    "primary's node killed": _kill_node,
    "synchronous standby's node killed": _kill_standby,
}


def prepare(cluster: Cluster) -> None:
    """Migrate the database of the cluster by the command that every database is migrated by."""
    migrator = cluster.url(user="eagle_migrator")
    migrate = [sys.executable, "-m", "tooling", "migrate", "--dsn", migrator]
    subprocess.run(migrate, cwd=ROOT, check=True, capture_output=True)
    with connect(cluster.url()) as connection:
        connection.execute(TABLE)


def run(cluster: Cluster, names: list[str], writers: int = 4) -> Iterator[Outcome]:
    """Run the cases one after another, each on a whole cluster that is written to."""
    for name in names:
        yield _run(cluster, name, writers)


def _run(cluster: Cluster, name: str, writers: int) -> Outcome:
    url = cluster.url()
    with connect(url) as connection:
        connection.execute("truncate acknowledged")
    at_work = [Writer(url, number) for number in range(writers)]
    for writer in at_work:
        writer.start()
    wait_for(lambda: all(len(one.acknowledged) > 50 for one in at_work), "commits", 60)
    leader, standby = cluster.named(*_LEADER), cluster.named(*_STANDBY)
    assert leader and standby
    struck = time.monotonic()
    CASES[name](cluster, leader, standby)
    wait_for(
        lambda: (
            all(one.acknowledged[-1][0] > struck + 1 for one in at_work) and cluster.named(*_LEADER)
        ),
        "every writer commits again",
        90,
    )
    wait_for(lambda: cluster.named(*_STANDBY), "a synchronous standby", 90)
    for node in ("one", "two", "three"):
        if node not in cluster.running:
            cluster.start(node)
    wait_for(cluster.is_whole, "three nodes that stream", 120)
    whole = time.monotonic() - struck
    for writer in at_work:
        writer.finish()
    told, lost, double = count(url, at_work)
    return Outcome(name, told, lost, double, round(outage(at_work, struck), 1), round(whole, 1))
