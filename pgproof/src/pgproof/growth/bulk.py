"""Filling tables with many rows: from the types of columns, foreign keys, and rows that fit."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import psycopg
from psycopg import sql

from pgproof.growth.statistics import Connection, Shapes
from pgproof.growth.tables import Key, columns, keys

_SUPERUSER = "select rolsuper from pg_roles where rolname = current_user"
_TRIAL = 20
_SEEDS = 5
_TRIES = 200
_ENOUGH = 0.9
"""Share of the rows that were asked for from which on a table is filled."""


@dataclass
class Bulk:
    """Fills the tables of a scratch database; `refused` says why one has fewer rows than asked."""

    connection: Connection
    shapes: Shapes = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    _random: Random = field(default_factory=lambda: Random(1))  # noqa: S311

    def fill(self, tables: Sequence[str], rows: Mapping[str, int] | int) -> dict[str, int]:
        """Add rows to each table up to a number; return how many each has then.

        Tables that others refer to come first. A row that is there is taken as one that fits.
        """
        self.connection.execute("set search_path = pg_catalog")
        if self.connection.execute(_SUPERUSER).fetchone() == (True,):
            # Triggers of tables do not run, and what they would refuse is not there.
            self.connection.execute("set session_replication_role = replica")
        counts = {}
        for name in self._in_order(tables):
            wanted = rows if isinstance(rows, int) else rows.get(name, 0)
            counts[name] = self._fill(name, wanted)
        self.connection.execute("reset session_replication_role; analyze")
        return counts

    def _in_order(self, tables: Sequence[str]) -> Iterator[str]:
        """Yield tables after those that they refer to, as far as there is such an order."""
        waiting = {
            name: {key.table for key in keys(self.connection, name)} & set(tables)
            for name in tables
        }
        while waiting:
            free = [name for name, others in waiting.items() if not others & waiting.keys()]
            for name in free or list(waiting)[:1]:
                del waiting[name]
                yield name

    def _fill(self, name: str, wanted: int) -> int:
        there = self.count(name)
        if there >= wanted:
            return there
        said = self._seed(name, there) if there < _SEEDS else ""
        there = self.count(name)
        trial = min(there + _TRIAL, wanted)
        for is_bold in (True, False):
            query = self._insert(name, is_bold=is_bold)
            error = self._try(query, there + 1, trial) or self._try(query, trial + 1, wanted)
            if not error:
                break
            said = error
        count = self.count(name)
        if count < wanted * _ENOUGH:
            fewer = "keys of other tables, or values that fit, allow no more rows"
            self.refused[name] = said or fewer
        return count

    def _seed(self, name: str, there: int) -> str:
        """Add rows one by one whose values are guessed where a check bounds them.

        Returns what the server says of the last one that it refuses.
        """
        said = ""
        if not any(one.checks or one.made is None for one in columns(self.connection, name)):
            return said
        for number in range(_TRIES):
            at = there + number + 1
            said = self._try(self._insert(name, is_bold=True, guessing=True), at, at)
            if not said and self.count(name) >= _SEEDS:
                break
        return said

    def _try(self, query: sql.Composed, first: int, last: int) -> str:
        """Run a statement for rows `first` to `last`; return what the server says against it."""
        try:
            with self.connection.transaction():
                self.connection.execute("set local search_path = pg_catalog, public")
                self.connection.execute(query, {"first": first, "last": last})
        except psycopg.Error as error:
            return error.diag.message_primary or str(error)
        return ""

    def _insert(self, name: str, *, is_bold: bool, guessing: bool = False) -> sql.Composed:
        """Return the statement that adds rows `first` to `last`.

        Columns with checks have the values of rows that are there, or such as are guessed. Not
        `is_bold`, all have but unique ones and references.
        """
        given: dict[str, sql.Composable] = {}
        joins: list[sql.Composable] = []
        for number, key in enumerate(keys(self.connection, name)):
            alias, count = sql.Identifier(f"k{number}"), self.count(key.table)
            if count:
                joins.append(_join(key, alias, number, count))
                for own, other in zip(key.columns, key.referenced, strict=True):
                    given[own] = sql.SQL("{}.{}").format(alias, sql.Identifier(other))
        pool = 0 if guessing else self.count(name)
        for one in columns(self.connection, name):
            if one.name in given or one.has_default:
                continue
            is_free = one.made is not None and (one.is_unique or (is_bold and not one.checks))
            if guessing and (one.checks or one.made is None):
                given[one.name] = one.guess(self._random)
            elif pool and not is_free:
                given[one.name] = sql.SQL("sample.{}").format(sql.Identifier(one.name))
            elif one.made is not None:
                given[one.name] = one.shaped(self.shapes.get((name, one.name)))
        if pool:
            joins.append(_pool(name, pool))
        return sql.SQL(
            "insert into {} ({}) select {} from generate_series({}::bigint, {}) as pgproof_n{}"
            " on conflict do nothing"
        ).format(
            sql.SQL(name),
            sql.SQL(", ").join(map(sql.Identifier, given)),
            sql.SQL(", ").join(given.values()),
            sql.Placeholder("first"),
            sql.Placeholder("last"),
            sql.SQL("").join(joins),
        )

    def count(self, table: str) -> int:
        """Return the rows of a table; 0 without one."""
        with suppress(psycopg.errors.UndefinedTable):
            query = sql.SQL("select count(*) from {}").format(sql.SQL(table))
            return int(self.connection.execute(query).fetchall()[0][0])
        return 0


def _join(key: Key, alias: sql.Identifier, number: int, count: int) -> sql.Composed:
    """Return a join with the rows of a referenced table, one a row; each key goes its own round."""
    return sql.SQL(
        " join (select {}, row_number() over () - 1 as place from {}) as {}"
        " on {}.place = (pgproof_n + {} * (pgproof_n / {})) %% {}"
    ).format(
        sql.SQL(", ").join(map(sql.Identifier, key.referenced)),
        sql.SQL(key.table),
        alias,
        alias,
        sql.Literal(number),
        sql.Literal(count),
        sql.Literal(count),
    )


def _pool(table: str, count: int) -> sql.Composed:
    rows = min(count, _TRIAL)
    return sql.SQL(
        " join (select *, row_number() over () - 1 as pgproof_place"
        " from (select * from {} limit {}) as few) as sample"
        " on sample.pgproof_place = pgproof_n %% {}"
    ).format(sql.SQL(table), sql.Literal(rows), sql.Literal(rows))
