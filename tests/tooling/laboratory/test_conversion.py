"""Migration 7 is measured on a database that an application uses."""

import time

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tooling.errors import ToolingError
from tooling.laboratory import conversion, conversion_page
from tooling.laboratory.clients import Clients
from tooling.laboratory.locks import Watcher
from tooling.laboratory.synthetic.dataset import Dataset
from tooling.server.server import Server


def test_a_conversion_is_watched_and_loses_nothing(server: Server, empty_database: str) -> None:
    database = conninfo_to_dict(empty_database)["dbname"]

    def lock(step: str) -> None:
        # The migration's own locks last milliseconds here, and a busy machine may look past them.
        if step.endswith(conversion.CONVERSION):
            with psycopg.connect(empty_database) as connection:
                connection.execute("lock table app.project_payloads in share mode")
                time.sleep(0.3)

    found = conversion.measure(server, str(database), Dataset(300, 3), 60, 1, lock)
    assert found["failures"] == []
    assert found["alone"]["requests"] > 0 and found["during"]["requests"] > 0
    assert found["rows"]["app.projects"] == 300
    held = {(lock["relation"], lock["mode"]): lock["milliseconds"] for lock in found["locks"]}
    assert 200 < held["app.project_payloads", "ShareLock"] < 5000
    facts = {"when": "2026-01-01", "machine": "m", "load": [0.1], "postgresql": "18.6"}
    text = conversion_page.of({**facts, **found})["conversion.md"]
    assert "| app.project_payloads | ShareLock |" in text
    late = {"relation": "app.projects", "mode": "AccessExclusiveLock", "milliseconds": 201.0}
    assert "**missed**" in conversion_page.of({**facts, **found, "locks": [late]})["conversion.md"]


def test_requests_are_timed_and_those_that_fail_are_told(
    server: Server, migrated_database: str
) -> None:
    database = str(conninfo_to_dict(migrated_database)["dbname"])
    began = time.time()
    with Clients(server, database, {"slow": "select pg_sleep(0.2);\n"}, 1, 20) as sent:
        time.sleep(1)
    found = sent.between(began, time.time())
    assert (found.slowest, sent.failures) == ("slow", [])
    assert found.slowest_ms > 300, "a request that waited counts from when it was due"
    with Clients(server, database, {"wrong": "select 1 / 0;\n"}, 1, 20) as sent:
        time.sleep(1)
    assert sent.done == [] and "division by zero" in sent.failures[0]


def test_a_lost_row_is_an_error() -> None:
    conversion.check(before=(1, 5, 5), saved=2, recorded=3, after=(1, 7, 8))
    for after in ((1, 6, 8), (1, 7, 7), (0, 7, 8), (1, 8, 8)):
        with pytest.raises(ToolingError, match="not \\(1, 7, 8\\)"):
            conversion.check(before=(1, 5, 5), saved=2, recorded=3, after=after)


def test_a_lock_is_timed(migrated_database: str) -> None:
    with (
        Watcher(migrated_database, conversion.TABLES) as watcher,
        psycopg.connect(migrated_database) as connection,
    ):
        connection.execute("lock table app.projects in share mode")
        connection.execute("lock table app.project_events in row exclusive mode")
        time.sleep(0.5)
        connection.rollback()
        connection.execute("lock table app.projects in access exclusive mode")
        time.sleep(0.2)
    assert [(held.relation, held.mode) for held in watcher.longest()] == [
        ("app.projects", "ShareLock"),
        ("app.projects", "AccessExclusiveLock"),
    ]
    assert 450 < watcher.longest()[0].milliseconds < 5000
