"""Copies that report: what the server prints of each statement, and probes in bodies and policies.

A probe sends a message of level INFO, which reaches the client whatever the session has set, and
is not taken back by a rollback. It is sent once a transaction at most.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from pgproof.coverage import body
from pgproof.coverage.objects import Function, Policy
from pgproof.coverage.relay import MARK
from pgproof.sql.parser import SyntaxProblem

_MADE = """
create schema pgproof_coverage;
grant usage on schema pgproof_coverage to public;
create function pgproof_coverage.hit(number integer) returns boolean language plpgsql as $$
declare
    name constant text := pg_catalog.concat('pgproof_coverage.hit_', number);
begin
    if pg_catalog.current_setting(name, true) operator(pg_catalog.=) '1' then
        return true;
    end if;
    raise info '{mark}hit %', number;
    perform pg_catalog.set_config(name, '1', false);
    return true;
end $$;
create function pgproof_coverage.decided(yes integer, no integer, answer boolean) returns boolean
    language plpgsql as $$
begin
    perform pgproof_coverage.hit(case when answer then yes else no end);
    return answer;
end $$;
create function pgproof_coverage.caught(
    state text, schema text, relation text, type text, "column" text, "constraint" text
)
    returns boolean language plpgsql as $$
begin
    if state operator(pg_catalog.~) '^23' then
        raise info '{mark}caught %', pg_catalog.json_build_array(
            state, schema, relation, type, "column", "constraint");
    end if;
    return true;
end $$;
"""
_HIDDEN = """
alter extension pgtap add schema pgproof_coverage;
alter extension pgtap add function pgproof_coverage.hit(integer);
alter extension pgtap add function pgproof_coverage.decided(integer, integer, boolean);
alter extension pgtap add function pgproof_coverage.caught(text, text, text, text, text, text);
"""
"""Rules that tests check of every object leave out what belongs to an extension."""
_PRINTING = {
    "debug_print_rewritten": "on",
    "debug_print_plan": "on",
    "debug_pretty_print": "off",
    "track_functions": "all",
}
_ALL = {
    "log_min_messages": "panic",
    "max_parallel_workers_per_gather": "0",
    "plpgsql.check_asserts": "on",
}
_REPLACE = "update pg_catalog.pg_proc set prosrc = %s where oid = %s"
_CHECK = "select pg_catalog.plpgsql_validator(%s)"


@dataclass
class Probed:
    """What the numbers of probes mean; each list is indexed from its first number."""

    bodies: dict[int, tuple[int, body.Body]] = field(default_factory=dict)
    """By a function's oid: the number of its first probe, and its body."""
    policies: dict[tuple[int, str], int] = field(default_factory=dict)
    """By a policy's oid and expression: the number of 'let pass'; 'kept back' has the next."""
    refused: dict[int, str] = field(default_factory=dict)
    """Functions that could not be given probes, and why."""


def prepare(
    connection: psycopg.Connection[Any], handlers: list[tuple[int, str]], *, prints: bool
) -> None:
    """Make a copy report errors that pgTAP handles and, with `prints`, each statement."""
    connection.execute("set session_replication_role = replica")  # For event triggers.
    connection.execute(_MADE.replace("{mark}", MARK).encode())
    with suppress(psycopg.errors.UndefinedObject):  # pgTAP may be there without its extension.
        connection.execute(_HIDDEN)
    for oid, source in handlers:
        connection.execute(_REPLACE, [body.read(source).catching(), oid])
    for name, value in (_ALL | (_PRINTING if prints else {})).items():
        connection.execute(
            sql.SQL("alter database {} set {} = {}").format(
                sql.Identifier(connection.info.dbname), _parameter(name), sql.Literal(value)
            )
        )


def probe(
    connection: psycopg.Connection[Any], functions: list[Function], policies: list[Policy]
) -> Probed:
    """Give the bodies of functions, and the expressions of policies, probes."""
    found, number = Probed(), 1
    for function in functions:
        if function.source is None:
            continue
        try:
            read = body.read(function.source)
            with connection.transaction():
                connection.execute(_REPLACE, [read.instrumented(number), function.oid])
                connection.execute(_CHECK, [function.oid])
        except (SyntaxProblem, psycopg.Error) as error:
            found.refused[function.oid] = " ".join(str(error).split())
            continue
        found.bodies[function.oid] = (number, read)
        number += len(read.probes)
    for policy in policies:
        for clause, expression in policy.expressions.items():
            found.policies[policy.oid, clause] = number
            text = f"{clause} (pgproof_coverage.decided({number}, {number + 1}, ({expression})))"
            connection.execute(
                sql.SQL("alter policy {} on {} {}").format(
                    sql.Identifier(policy.bare_name),
                    sql.Identifier(*policy.relation),
                    sql.SQL(text),
                )
            )
            number += 2
    return found


def rewritten(text: str) -> str:
    """Return SQL of a test; blocks of PL/pgSQL in it that handle errors report these."""
    lowered = text.lower()
    if "exception" not in lowered or not ("plpgsql" in lowered or "do" in lowered):
        return text
    for source in _bodies(text):
        try:
            changed = body.read(source).catching()
        except SyntaxProblem:
            continue
        text = text.replace(source, changed)
    return text


def _bodies(text: str) -> list[str]:
    """Return what stands between dollar quotes."""
    from pgproof.sql import parser

    try:
        words = parser.tokens(text)
    except SyntaxProblem:
        return []
    quoted = (one for one in words if one.startswith("$") and one.endswith("$"))
    bodies = (one.split("$", 2)[2].rsplit("$", 2)[0] for one in quoted if one.count("$") > 3)
    return [one for one in bodies if "exception" in one.lower()]


def _parameter(name: str) -> sql.Composable:
    return sql.SQL(".").join(map(sql.Identifier, name.split(".")))
