"""The primary's server is killed under load: another takes over, and backups follow it."""

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.compose.database import OPEN
from tests.ha.backups import backups
from tests.ha.cases import prepare, run
from tests.ha.cluster import DATABASE, HOSTS, LOGINS, Cluster, cluster


def test_a_killed_primary_costs_seconds_and_no_acknowledged_commit() -> None:
    with cluster() as made:
        prepare(made)
        only_the_named_come_in(made)
        with backups(made) as kept:
            (outcome,) = run(made, ["primary's server killed"])
            kept.check_after_failover()
        assert (outcome.lost, outcome.duplicated) == (0, 0)
        assert outcome.acknowledged > 200
        for host in HOSTS.values():
            with psycopg.connect(made.url(host=host)) as connection:
                found = connection.execute("select to_regclass('app.projects')").fetchone()
                assert found
                assert found[0] == "app.projects"


def only_the_named_come_in(cluster: Cluster) -> None:
    """Each role logs in to its database and to no other; streaming is for backups and standbys."""
    for role in LOGINS:
        psycopg.connect(cluster.url(user=role)).close()
        for other in ("postgres", "template1"):
            with pytest.raises(psycopg.OperationalError, match="pg_hba"):
                psycopg.connect(cluster.url(other, user=role))
        streaming = make_conninfo(cluster.url(user=role), replication="true")
        if role == "eagle_backup":
            psycopg.connect(streaming, autocommit=True).close()
        else:
            with pytest.raises(psycopg.OperationalError, match="pg_hba"):
                psycopg.connect(streaming)
    for role in ("rewinder", "replicator", "eagle_owner"):
        with pytest.raises(psycopg.OperationalError, match="pg_hba"):
            psycopg.connect(cluster.url(user=role))
    with psycopg.connect(cluster.url()) as connection:
        rules = connection.execute("select * from pg_hba_file_rules where error <> ''").fetchall()
        assert rules == []
        open_databases = connection.execute(OPEN, [DATABASE]).fetchall()
        assert open_databases == [("rewinder", "postgres")]
