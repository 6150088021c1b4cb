"""The functions that an expression or a query calls, and what is known of them."""

from collections.abc import Iterator
from typing import Any

from pgproof.ahead.bodies import of_function
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.locks import Effect
from pgproof.sql.parser import Node

_VOLATILE = frozenset(
    """
    clock_timestamp currval gen_random_uuid lastval nextval random timeofday uuidv4 uuidv7
    uuid_generate_v1 uuid_generate_v4
    """.split()  # noqa: SIM905
)
_HARMLESS = frozenset(
    """
    abs array_agg array_length avg cardinality ceil clock_timestamp coalesce concat count
    current_database current_setting currval date_part date_trunc dense_rank encode extract
    floor format gen_random_uuid generate_series jsonb_agg jsonb_build_object jsonb_object_agg
    length lower lpad ltrim make_date make_interval max md5 min nextval now pg_sleep random
    rank replace round row_number rpad rtrim set_config setval sha256 split_part
    statement_timestamp string_agg substring sum to_char to_date to_json to_jsonb to_timestamp
    transaction_timestamp trim upper uuidv4 uuidv7
    """.split()  # noqa: SIM905
)
"""What may be said of functions without a server; of others, nothing is known."""


def walk(node: Any) -> Iterator[Node]:
    """Yield a node and all beneath it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Node):
            yield one
            waiting += [getattr(one, name) for name in one.fields]
        elif isinstance(one, tuple):
            waiting += one


def called(node: Any) -> list[tuple[str | None, str]]:
    """Return schema (None: not written) and name of each function that is called."""
    found: dict[tuple[str | None, str], None] = {}
    for one in walk(node):
        if one.is_a("FuncCall"):
            *schema, name = [part.sval for part in one.funcname or ()]
            found[schema[-1] if schema else None, name] = None
    return sorted(found, key=str)


def volatility(catalogue: Catalogue, schema: str | None, name: str) -> str:
    """Return `v`, `s`, `i`, or nothing where it is not known."""
    found = catalogue.volatility(name, schema)
    if found:
        return found
    if schema not in (None, "pg_catalog"):
        return ""
    if name in _VOLATILE:
        return "v"
    return "s" if name in _HARMLESS else ""


def unpredicted(catalogue: Catalogue, node: Any) -> Iterator[Effect]:
    """Yield what each function does that is called and may write, or that it is not known."""
    for schema, name in called(node):
        if _may_write(catalogue, schema, name):
            yield from of_function(catalogue, schema, name)


def _may_write(catalogue: Catalogue, schema: str | None, name: str) -> bool:
    if schema == "pg_catalog" or (schema is None and name in _HARMLESS):
        return False
    if schema is None and ("pg_catalog", name) in catalogue.functions:
        return False
    return catalogue.volatility(name, schema) in (None, "v")
