"""What the runner holds to be refused in a transaction block, every supported server refuses."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from pgproof.files.outside import REFUSALS
from pgproof.files.split import split
from pgproof.files.statement import Kind
from tests import servers
from tooling.server.embedded import temporary_server

_SCHEMA = """
create table t (a int);
create index t_a on t (a);
create table u (a int);
create index u_a on u (a);
create table parted (a int) partition by range (a);
create table part partition of parted for values from (0) to (9);
create table other partition of parted for values from (10) to (20);
create index parted_a on parted (a);
create materialized view m as select 1 as a;
create unique index on m (a);
create type kinds as enum ('a');
create subscription {0} connection 'host=/nowhere' publication p with (connect = false);
create subscription {1} connection 'host=/nowhere' publication p, q with (connect = false);
alter subscription {1} enable;
create subscription {2} connection 'host=/nowhere' publication p
    with (connect = false, slot_name = none);
"""
_ACCEPTED = (
    "alter database postgres set search_path = public",
    "alter subscription slotless set (slot_name = none)",
    "alter subscription started disable",
    "alter subscription started set publication q with (refresh = false)",
    "alter table parted detach partition other",
    "alter type kinds add value 'b'",
    "analyze t",
    "checkpoint",
    "create subscription s connection 'host=/nowhere' publication p with (connect = false)",
    "create subscription s connection 'host=/nowhere' publication p"
    " with (create_slot = off, connect = 0, enabled = false, slot_name = none)",
    "discard plans",
    "discard sequences",
    "discard temp",
    "do $$ begin perform 1; end $$",
    "refresh materialized view concurrently m",
)
_DEPENDS = ("cluster t using t_a", "drop subscription slotless", "reindex table t")
"""Of the kind EITHER, and accepted by what is in the database."""


@dataclass(frozen=True)
class Tried:
    version: int
    url: str

    def refuses(self, statement: str) -> bool:
        """Run the statement in a transaction block, and say whether it is that which is refused."""
        with psycopg.connect(self.url) as connection:
            connection.execute("select 1")
            try:
                connection.execute(statement.encode())
            except psycopg.Error as error:
                block = "cannot run inside a transaction block"
                refused = error.sqlstate == "25001" and block in str(error)
                assert refused, f"{statement}: {error}"
                return True
            finally:
                connection.rollback()
            return False

    def outside(self, statement: str) -> str:
        """Run the statement by itself; return what it is refused for."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            try:
                connection.execute("set statement_timeout = '60s'; set lock_timeout = '10s'")
                connection.execute(statement.encode())
            except psycopg.Error as error:
                return str(error)
        return ""


@pytest.fixture(scope="module", params=servers.VERSIONS)
def tried(request: pytest.FixtureRequest) -> Iterator[Tried]:
    """Return a server of each version, with an object for each statement."""
    settings = {"wal_level": "logical", "max_logical_replication_workers": 0}
    with temporary_server(settings, bin_dir=servers.bin_dir(request.param)) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for statement in _SCHEMA.format("stopped", "started", "slotless").split(";\n"):
                connection.execute(statement.encode())
            version = connection.info.server_version // 10000
        assert version == int(request.param)
        yield Tried(version, server.url())


def kind(statement: str) -> Kind:
    return split(statement, Path("0001.t.sql"))[0].kind


def test_every_refusal_is_the_servers_and_is_gone_without_a_block(tried: Tried) -> None:
    for one in REFUSALS:
        if one.since > tried.version:
            continue
        for statement in one.examples:
            assert kind(statement) is one.kind, statement
            assert tried.refuses(statement), statement
            assert "transaction block" not in tried.outside(statement), statement


def test_what_the_server_accepts_in_a_block_needs_no_other(tried: Tried) -> None:
    for statement in _ACCEPTED:
        assert kind(statement) is Kind.ORDINARY, statement
        assert not tried.refuses(statement), statement
    for statement in _DEPENDS:
        assert kind(statement) is Kind.EITHER, statement
        assert not tried.refuses(statement), statement
