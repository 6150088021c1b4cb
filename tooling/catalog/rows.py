"""Merge the rows of a small csv file into its reference table, set-based."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tooling.catalog.imports import ask
from tooling.catalog.report import Change
from tooling.catalog.tables import Record, ReferenceTable


@dataclass(frozen=True)
class Outcome:
    """What the staged rows are, beside the table's."""

    inserted: int
    changed: int
    unchanged: int
    changes: tuple[Change, ...]


def compare(
    connection: psycopg.Connection[Any], table: ReferenceTable, records: Sequence[Record]
) -> Outcome:
    """Stage the records and compare them with the table. Writes only a temporary table."""
    _stage(connection, table, records)
    name, staged = sql.Identifier("catalog", table.table), _staged(table)
    joined = sql.SQL("{} as staged left join {} as stored on {}").format(
        staged, name, _same_key(table)
    )
    is_new = _is_new(table)
    differs = sql.SQL(" or ").join(
        sql.SQL("stored.{0} is distinct from staged.{0}").format(sql.Identifier(column))
        for column in _plain_columns(table)
    )
    counts = ask(
        connection,
        sql.SQL(
            "select count(*) filter (where {new}),"
            " count(*) filter (where not {new} and ({differs})),"
            " count(*) filter (where not {new} and not ({differs})) from {joined}"
        ).format(new=is_new, differs=differs, joined=joined),
    )
    inserted, changed, unchanged = counts[0]
    values = sql.SQL(", ").join(
        sql.SQL("({}, stored.{}::text, staged.{}::text)").format(
            sql.Literal(column), sql.Identifier(column), sql.Identifier(column)
        )
        for column in _plain_columns(table)
    )
    keys = sql.SQL(", ").join(sql.SQL("staged.{}").format(sql.Identifier(k)) for k in table.keys)
    changes = ask(
        connection,
        sql.SQL(
            "select concat_ws(' ', {keys}), pair.symbol, pair.was, pair.now from {joined}"
            " cross join lateral (values {values}) as pair (symbol, was, now)"
            " where not {new} and pair.was is distinct from pair.now"
            " order by staged.source_row"
        ).format(keys=keys, joined=joined, values=values, new=is_new),
    )
    return Outcome(
        inserted,
        changed,
        unchanged,
        tuple(Change(name, None, symbol, was, now) for name, symbol, was, now in changes),
    )


def write(
    connection: psycopg.Connection[Any],
    table: ReferenceTable,
    import_id: object,
    *,
    keep_changes: bool,
) -> None:
    """Insert the staged rows that are new; if asked, replace those that changed."""
    name, staged = sql.Identifier("catalog", table.table), _staged(table)
    columns = [column for column, _, _ in table.columns]
    fixed: list[sql.Composable] = []
    if table.has_provenance:
        columns += ["source_row", "import_id"]
        fixed = [sql.Literal(import_id)]
    picked = [
        sql.SQL("staged.{}").format(sql.Identifier(c)) for c in columns[: -1 if fixed else None]
    ]
    if keep_changes:
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(column), value)
            for column, value in zip(columns, [*picked, *fixed], strict=True)
            if column not in table.keys
        )
        differs = sql.SQL(" or ").join(
            sql.SQL("stored.{0} is distinct from staged.{0}").format(sql.Identifier(column))
            for column in _plain_columns(table)
        )
        if table.kept_by is not None:
            connection.execute(
                sql.SQL(
                    "select catalog.keep_rows({}, {}, array("
                    " select {} from {} as staged, {} as stored where {} and ({})))"
                ).format(
                    sql.Literal(import_id),
                    sql.Literal(f"catalog.{table.table}"),
                    _sql(table.kept_by),
                    staged,
                    name,
                    _same_key(table),
                    differs,
                )
            )
        connection.execute(
            sql.SQL(
                # In a part of its own: an update of what is copied to the nodes of a distributed
                # database joins no other table.
                "with staged as (select * from {})"
                " update {} as stored set {} from staged where {} and ({})"
            ).format(staged, name, assignments, _same_key(table), differs)
        )
    connection.execute(
        sql.SQL(
            "insert into {name} ({columns}) select {values} from {staged} as staged"
            " where not exists (select from {name} as stored where {same})"
            " order by staged.source_row"
        ).format(
            name=name,
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join([*picked, *fixed]),
            staged=staged,
            same=_same_key(table),
        )
    )


def _stage(
    connection: psycopg.Connection[Any], table: ReferenceTable, records: Sequence[Record]
) -> None:
    raw = sql.Identifier("pg_temp", f"raw_{table.table}")
    texts = sql.SQL(", ").join(
        sql.SQL("{} text").format(sql.Identifier(column)) for column in table.file.columns
    )
    connection.execute(
        sql.SQL("create temp table {} ({}, source_row integer) on commit drop").format(
            sql.Identifier(f"raw_{table.table}"), texts
        )
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy {} from stdin").format(raw)) as copy,
    ):
        for record in records:
            copy.write_row((*record.values, record.row))
    converted = sql.SQL(", ").join(
        sql.SQL("({})::{} as {}").format(_sql(expression), _sql(kind), sql.Identifier(column))
        for column, kind, expression in table.columns
    )
    connection.execute(
        sql.SQL("create temp table {} on commit drop as select {}, source_row from {}").format(
            sql.Identifier(f"staged_{table.table}"), converted, raw
        )
    )


def _staged(table: ReferenceTable) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"staged_{table.table}")


def _sql(text: LiteralString) -> sql.SQL:
    # The expressions are constants of tooling.catalog.tables, never input.
    return sql.SQL(text)


def _same_key(table: ReferenceTable) -> sql.Composable:
    return sql.SQL(" and ").join(
        sql.SQL("stored.{0} is not distinct from staged.{0}").format(sql.Identifier(key))
        for key in table.keys
    )


def _is_new(table: ReferenceTable) -> sql.Composable:
    return sql.SQL("stored.{} is null").format(sql.Identifier(table.keys[0]))


def _plain_columns(table: ReferenceTable) -> list[str]:
    return [column for column, _, _ in table.columns if column not in table.keys]
