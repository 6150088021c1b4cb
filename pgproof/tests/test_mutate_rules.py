"""Mutants of numbers that are left out, and ones beside them that are not."""

import pytest

from pgproof.mutate import bodies

FUNCTION = """CREATE OR REPLACE FUNCTION shop.f()
 RETURNS bigint
 LANGUAGE {language}
AS $function${body}$function$
"""
VERSION = "a version of the server between two releases"
SEED = "another seed of an advisory lock"
FIRST = "INTO takes the first row alone"
OID = "the first OID that the server does not give to its own objects"


def rules(body: str, language: str = "sql") -> list[str]:
    definition = FUNCTION.format(language=language, body=body)
    return [one.rule for one in bodies.mutants(definition, language) if one.operator == "constant"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("select current_setting('server_version_num')::integer - 170000", VERSION),
        ("select current_setting('work_mem')::integer - 170000", ""),
        ("select pg_advisory_xact_lock(hashtextextended('x', 0))", SEED),
        ("select hashtextextended('x', 0)", ""),
        ("select pg_advisory_xact_lock(length('x'), 0)", ""),
        ("select count(*) from pg_cast as c where c.oid < 16384", OID),
        ("select count(*) from pg_cast as c where (c.oid >= (16384)::oid)", OID),
        ("select count(*) from pg_cast as c where c.oid < 10000", ""),
        ("select count(*) from pg_class as c where c.relpages < 16384", ""),
        ("select x from shop.t limit 1", ""),
    ],
)
def test_a_number_in_sql_is_left_out_by_a_rule(body: str, rule: str) -> None:
    assert rules(body) == [rule]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("select x into y from shop.t limit 1;", FIRST),
        ("select x into strict y from shop.t limit 1;", ""),
        ("return query select x from shop.t limit 1;", ""),
        ("select (select x from shop.t limit 1) into y;", ""),
    ],
)
def test_a_limit_in_plpgsql_is_left_out_where_into_takes_the_first_row(
    statement: str, rule: str
) -> None:
    assert rules(f"begin {statement} end", "plpgsql") == [rule]
