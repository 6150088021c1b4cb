"""Constants and prices as the database has them: what they are called, and their columns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tooling.catalog.imports import ask
from tooling.errors import RefusedError

# What is published now is no change, whatever it was in between.
_CHANGED_SINCE = """
select past.outcome, past.reason
  from catalog.past_versions as past
 cross join jsonb_strip_nulls(
           to_jsonb(jsonb_populate_record(null::{table}, %(given)s::jsonb))
       ) as given
 where past.noun = %(noun)s and past.object = %(object)s and past.version = %(version)s
   and past.outcome in ('corrected', 'withdrawn')
   and past.was @> given
   and not exists (
           select
             from {table} as now
            where now.{key} = past.object and now.version = past.version
              and to_jsonb(now) @> given
       )
 order by past.ended_at desc, past.past_id desc
 limit 1
"""
_SENT = ("ES", "22", "23")


@dataclass(frozen=True)
class Noun:
    """A kind of value that is published in versions.

    `columns` are those that a version is published with; a new one takes `inherited` ones from the
    version before it. A change of `fixed` is asked for by name.
    """

    name: str
    table: str
    key: str
    number: str
    inherited: tuple[str, ...]
    fixed: str
    publish: LiteralString
    withdraw: LiteralString
    correct: LiteralString

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that can be given."""
        return (self.number, *self.inherited, "effective_from", "effective_to")

    def compose(self, query: LiteralString) -> sql.Composed:
        """Return a query with the names of the table and its key."""
        table = sql.Identifier("catalog", self.table)
        return sql.SQL(query).format(table=table, key=sql.Identifier(self.key))


CONSTANT = Noun(
    "constant",
    "calibration_constants",
    "name",
    "value",
    ("unit", "description", "source"),
    "unit",
    "select catalog.publish_constant(%(object)s, %(version)s, %(value)s, %(unit)s,"
    " %(description)s, %(source)s, %(effective_from)s, %(effective_to)s,"
    " is_new => %(is_new)s, changes_unit => %(changes_fixed)s)",
    "select catalog.withdraw_constant(%s, %s, %s)",
    "select catalog.correct_constant(%s, %s, %s::jsonb, %s)",
)
PRICE = Noun(
    "price",
    "pricing_configs",
    "item_code",
    "price_usd",
    ("description", "category"),
    "category",
    "select catalog.publish_price(%(object)s, %(version)s, %(price_usd)s, %(description)s,"
    " %(category)s, %(effective_from)s, %(effective_to)s,"
    " is_new => %(is_new)s, changes_category => %(changes_fixed)s)",
    "select catalog.withdraw_price(%s, %s, %s)",
    "select catalog.correct_price(%s, %s, %s::jsonb, %s)",
)
NOUNS = {noun.name: noun for noun in (CONSTANT, PRICE)}


def publish(
    connection: psycopg.Connection[Any],
    noun: Noun,
    given: Mapping[str, str | None],
    *,
    is_new: bool,
    changes_fixed: bool,
) -> str:
    """Publish a version, and return what became of it.

    `given` holds `object`, `version` and the columns.
    """
    values = {**dict.fromkeys(noun.columns), **given}
    flags = {"is_new": is_new, "changes_fixed": changes_fixed}
    return str(ask(connection, noun.publish, {**values, **flags})[0][0])


def changed_since(
    connection: psycopg.Connection[Any], noun: Noun, given: Mapping[str, str | None]
) -> str | None:
    """Return how a version that was published as given was corrected or withdrawn since."""
    stated = {
        name: value for name, value in given.items() if name in noun.columns and value is not None
    }
    stated.pop("effective_to", None)
    query = noun.compose(_CHANGED_SINCE)
    found = ask(connection, query, {**given, "noun": noun.name, "given": json.dumps(stated)})
    return f"was {found[0][0]}: {found[0][1]}" if found else None


def names(connection: psycopg.Connection[Any], noun: Noun) -> set[str]:
    """Return the names that have a version."""
    return {row[0] for row in ask(connection, noun.compose("select distinct {key} from {table}"))}


def refused(error: psycopg.Error, place: str = "") -> RefusedError | None:
    """Return what the database refused for its values, or None for another error."""
    if not (error.sqlstate and error.sqlstate.startswith(_SENT)):
        return None
    detail = f" {error.diag.message_detail}" if error.diag.message_detail else ""
    return RefusedError(
        f"{place}{error.diag.message_primary or error}.{detail}", hint=error.diag.message_hint
    )
