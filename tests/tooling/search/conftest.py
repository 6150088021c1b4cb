"""A database with projects of two accounts, and an endpoint to feed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.tooling.search.endpoint import PASSWORD, State, running
from tooling.search import cursor
from tooling.search.feed import Feed, connect
from tooling.search.opensearch import OpenSearch

ANA = UUID("a0000000-0000-7000-8000-000000000000")
BOB = UUID("b0000000-0000-7000-8000-000000000000")


@dataclass
class World:
    """A migrated database, its superuser's connection, and what OpenSearch holds."""

    url: str
    search_url: str
    state: State
    admin: "psycopg.Connection[tuple[UUID]]"
    said: list[str] = field(default_factory=list)
    feeds: list["psycopg.Connection[tuple[UUID]]"] = field(default_factory=list)

    @property
    def indexer(self) -> str:
        """The connection string of the role that feeds."""
        return make_conninfo(self.url, user="eagle_indexer")

    def client(self, password: str = PASSWORD) -> OpenSearch:
        return OpenSearch(self.search_url, "admin", password, None)

    def feed(self) -> Feed:
        """Return a feed; the one before is gone."""
        while self.feeds:
            last = self.feeds.pop()
            if not last.closed:
                pid = last.info.backend_pid
                last.close()
                self.wait_for_end_of(pid)
        self.feeds.append(connect(self.indexer))
        return Feed(self.feeds[-1], self.client(), self.said.append)

    def wait_for_end_of(self, pid: int) -> None:
        """Wait until the server has heard that a connection is closed, and let go of its locks."""
        query = "select 1 from pg_catalog.pg_stat_activity where pid = %s"
        with psycopg.connect(self.url, autocommit=True) as admin:
            while admin.execute(query, [pid]).fetchone():
                time.sleep(0.005)

    def project(self, name: str, account: UUID = ANA) -> UUID:
        insert = (
            "insert into app.projects (account_id, name, customer, created_by, updated_by)"
            " values (%s, %s, 'Ana & Co', 'ana', 'ana') returning project_id"
        )
        row = self.admin.execute(insert, [account, name]).fetchone()
        assert row
        return row[0]

    def rename(self, project: UUID, name: str) -> None:
        change = "update app.projects set name = %s, updated_by = 'ana' where project_id = %s"
        self.admin.execute(change, [name, project])

    def names(self) -> set[str]:
        """Return the names that a search finds."""
        return {source["name"] for source in self.state.projects().values()}

    def stored(self) -> set[str]:
        """Return the names in the database."""
        rows = self.admin.execute("select name from app.projects")
        return {str(row[0]) for row in rows}


@pytest.fixture
def world(migrated_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Without an overlap, so that what the cursor passes over is lost, and no pause is long."""
    monkeypatch.setattr(cursor, "OVERLAP", timedelta(0))
    monkeypatch.setattr("tooling.search.opensearch._PAUSE", 0.001)
    monkeypatch.setattr("tooling.search.feed._PAUSE", 0.01)
    state = State()
    with (
        psycopg.connect(migrated_database, autocommit=True) as admin,
        running(state) as url,
    ):
        made = World(migrated_database, url, state, admin)
        try:
            yield made
        finally:
            for connection in made.feeds:
                connection.close()
