"""Every index of app keeps a rule or serves a query of the benchmark."""

from collections.abc import Callable

import psycopg
import pytest

from tooling.database import connect, work_for
from tooling.laboratory import indexes, write_costs
from tooling.laboratory.synthetic.dataset import UNTIL
from tooling.queries.parameters import choose
from tooling.server.server import Server

NEEDLESS = "app.projects_customer_idx"


@pytest.fixture(scope="module")
def benched(generated: Callable[[int], str]) -> str:
    """Return a database large enough for the planner to choose a GIN index."""
    return generated(3000)


@pytest.fixture(scope="module")
def reviewed(server: Server, benched: str) -> list[indexes.Index]:
    with connect(server.url(benched), autocommit=True) as connection:
        connection.execute("create index on app.projects (customer)")
        # Small tables would be read whole.
        connection.execute("alter database generated_3000 set enable_seqscan = off")
        return indexes.review(server, benched, choose(connection, UNTIL))


def test_every_index_keeps_a_rule_or_serves_a_query_of_the_benchmark(
    reviewed: list[indexes.Index],
) -> None:
    assert len(reviewed) > 12
    assert [index.name for index in reviewed if index.is_needless] == [NEEDLESS]


def test_what_an_index_costs_a_write_is_measured_and_leaves_nothing(
    server: Server, benched: str, reviewed: list[indexes.Index]
) -> None:
    with connect(server.url(benched), autocommit=True) as connection:
        before = rows(connection)
        found = write_costs.measure(connection, rounds=1)
        tables = {"app.projects", "app.project_payloads", "app.project_events", "app.event_chains"}
        assert set(found) == {index.name for index in reviewed if index.table in tables}
        assert found["app.projects_account_id_word_hashes_idx"][1] > 100
        assert rows(connection) == before
        query = "select count(*) from pg_index where not indisready"
        assert connection.execute(query).fetchall() == [(0,)]


def test_a_reader_who_read_the_table_before_finds_payloads_in_their_index(
    server: Server, benched: str, reviewed: list[indexes.Index]
) -> None:
    """A session keeps an index's expression as its first reader may know it."""
    name = "app.project_payloads_account_id_config_of_account_idx"
    with connect(server.url(benched), autocommit=True) as admin:
        asked = choose(admin, UNTIL)[0]
        before = scans(admin, name)
        with connect(server.url(benched, user="eagle_reader")) as reader:
            work_for(reader, asked.account)
            reader.execute("select count(*) from app.project_payloads")
            reader.execute("select app.find_payloads(%s, %s)", [asked.account, asked.config])
            reader.execute("commit; select pg_stat_force_next_flush()")
        assert scans(admin, name) > before


def scans(connection: psycopg.Connection, index: str) -> int:
    """Return how often the index of a table was scanned, in all partitions."""
    query = """select sum(pg_stat_get_numscans(tree.relid))::int
                 from pg_partition_tree(%s::regclass) as tree"""
    return int(connection.execute(query, [index]).fetchall()[0][0])


def rows(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    query = "select (select count(*) from app.projects), (select count(*) from app.project_events)"
    return connection.execute(query).fetchall()
