"""What the tests of partitions share."""

import subprocess
import sys
from typing import Any

import psycopg

from tooling.database import connect

MONTH = "app.project_events_y2023m05"
POLICY = "update ops.partition_policies set months_retained = %s, on_retirement = %s"
EVENTS = """
    select md5(string_agg(e::text, '' order by e.event_id)), count(*)
      from app.project_events as e"""
VERIFY = "select problem from ops.verify_event_chain()"


def owner(url: str) -> psycopg.Connection[Any]:
    connection = connect(url, autocommit=True)
    connection.execute("set role eagle_owner")
    return connection


def rows(connection: psycopg.Connection[Any], query: str, *values: object) -> list[Any]:
    return connection.execute(query, values).fetchall()


def one(connection: psycopg.Connection[Any], query: str, *values: object) -> Any:
    return rows(connection, query, *values)[0][0]


def tooling(url: str, *arguments: str) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "tooling", "partition", *arguments, "--dsn", url]
    return subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def months_to(connection: psycopg.Connection[Any], month: str) -> int:
    """Return the months_retained that makes what is before `month` (YYYY-MM-01) due."""
    query = """
        select date_part('year', a) * 12 + date_part('month', a)
          from age(date_trunc('month', now() at time zone 'UTC'), %s::timestamp) as a"""
    return int(one(connection, query, month))
