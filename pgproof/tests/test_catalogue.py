"""The statement that reads the catalogue, without the queries that would find nothing."""

from typing import Any

import psycopg

from pgproof.catalogue import statement
from tests.project import Project

_ALONE = {
    "aggregate": "create aggregate a (integer) (sfunc = int4pl, stype = integer, initcond = '0')",
    "cast": "create function f(point) returns date return date '2020-01-01';"
    " create cast (point as date) with function f(point)",
    "collation": """create collation c (locale = 'C')""",
    "column": "create table t (id integer)",
    "composite type": "create type c as (a integer)",
    "constraint of a domain": "create domain d as text check (value <> '')",
    "conversion": "create conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
    "default privileges": "alter default privileges grant select on tables to public",
    "dictionary": "create text search dictionary d (template = simple)",
    "enum": "create type e as enum ('a')",
    "event trigger": "create function f() returns event_trigger language plpgsql as"
    " 'begin end'; create event trigger e on ddl_command_start execute function f()",
    "foreign table": "create foreign data wrapper w; create server s foreign data wrapper w;"
    " create foreign table f (id integer) server s",
    "index": "create table t (id integer); create index i on t (id)",
    "language": "create language l handler plpgsql_call_handler",
    "materialized view": "create materialized view m as select 1 as a",
    "operator": "create operator === (function = int4eq, leftarg = integer, rightarg = integer)",
    "operator class": "create operator class o for type integer using btree as"
    " operator 3 =, function 1 btint4cmp(integer, integer)",
    "partition": "create table p (id integer) partition by list (id);"
    " create table q partition of p for values in (1)",
    "policy": "create table t (id integer); create policy p on t",
    "procedure": "create procedure p() language sql as ''",
    "publication": "create publication p",
    "range": "create type r as range (subtype = integer)",
    "rule": "create table t (id integer); create rule r as on delete to t do instead nothing",
    "schema": "create schema s",
    "sequence": "create sequence s",
    "statistics": "create table t (a integer, b integer); create statistics s on a, b from t",
    "subscription": "create subscription s connection '' publication p with (connect = false)",
    "text search configuration": "create text search configuration c (copy = simple)",
    "trigger": "create table t (id integer); create trigger t before update on t"
    " for each row execute function suppress_redundant_updates_trigger()",
    "view": "create view v as select 1 as a",
}


def test_a_query_is_left_out_only_where_it_would_find_nothing(project: Project) -> None:
    with project.connect() as connection:
        for kind, text in _ALONE.items():
            with connection.transaction(force_rollback=True):
                before = _found(connection)
                connection.execute(f"set local search_path = public; {text}".encode())
                assert _found(connection) > before, kind


def _found(connection: psycopg.Connection[Any]) -> tuple[int]:
    """Return how many objects there are, read by all queries, and by those that are wanted."""
    connection.execute(statement.SETTINGS.encode())
    wanted = statement.text(connection, "pgproof")
    whole = statement._text(
        connection.info.server_version >= 180000, "pgproof", (True,) * len(statement._QUERIES)
    )
    counts = [
        connection.execute(f"{text} select count(*) from present".encode()).fetchone()
        for text in (wanted, whole)
    ]
    assert counts[0] == counts[1]
    return counts[0]
