"""The primary's server is killed under load: another takes over, nothing acknowledged is lost."""

import psycopg

from tests.ha.cases import DATABASE, prepare, run
from tests.ha.cluster import HOSTS, cluster


def test_a_killed_primary_costs_seconds_and_no_acknowledged_commit() -> None:
    with cluster() as made:
        prepare(made)
        (outcome,) = run(made, ["primary's server killed"])
        assert (outcome.lost, outcome.duplicated) == (0, 0)
        assert outcome.acknowledged > 200
        for host in HOSTS.values():
            with psycopg.connect(made.url(DATABASE, host)) as connection:
                found = connection.execute("select to_regclass('app.projects')").fetchone()
                assert found
                assert found[0] == "app.projects"
