"""The rows that the runner writes, as SQL text to run inside the migration's own transaction."""

from dataclasses import dataclass
from hashlib import sha256

from psycopg import sql

from tooling.migration.hashing import code_sha256
from tooling.migration.ledger import Ledger
from tooling.migration.model import Migration


def yoyo_hash(migration_id: str) -> str:
    """Return yoyo's key of a migration: the sha256 of its name."""
    return sha256(migration_id.encode()).hexdigest()


def mark(
    ledger: Ledger,
    migration: Migration,
    *,
    how: str = "applied",
    out_of_order: bool = False,
    seconds: float | None = None,
    operation: str = "apply",
) -> str:
    """Return the statement that records `migration` as applied and clears its journal."""
    script = migration.script
    return _text(
        ledger,
        """
        with yoyo as (
            insert into {schema}._yoyo_migration (migration_hash, migration_id, applied_at_utc)
            values ({hash}, {id}, clock_timestamp() at time zone 'utc')
            on conflict do nothing
        ), log as ({log}), journal as (
            delete from {schema}.journal where migration_id = {id}
        )
        insert into {schema}.migration_files
            (migration_id, raw_sha256, code_sha256, how, out_of_order, statements, seconds)
        values ({id}, {raw}, {code}, {how}, {out_of_order}, {statements}, {seconds})
        """,
        id=migration.id,
        hash=yoyo_hash(migration.id),
        raw=script.raw_sha256,
        code=script.code_sha256,
        how=how,
        out_of_order=out_of_order,
        statements=len(script.statements) if how == "applied" else None,
        seconds=None if seconds is None else round(seconds, 3),
        operation=operation,
    )


def unmark(ledger: Ledger, migration_id: str) -> str:
    """Return the statement that takes a migration out of the ledger and clears its journal.

    What ran after the migrations is due again: applied once more, they may want it once more.
    """
    return _text(
        ledger,
        """
        with yoyo as (
            delete from {schema}._yoyo_migration where migration_id = {id}
        ), log as ({log}), journal as (
            delete from {schema}.journal where migration_id = {id}
        ), after as (
            delete from {schema}.repeatables where after_sha256 <> ''
        )
        delete from {schema}.migration_files where migration_id = {id}
        """,
        id=migration_id,
        hash=yoyo_hash(migration_id),
        operation="rollback",
    )


def rehash(ledger: Ledger, migration: Migration) -> str:
    """Return the statement that records a new comment: other bytes, the same code."""
    return _text(
        ledger,
        "update {schema}.migration_files set raw_sha256 = {raw} where migration_id = {id}",
        id=migration.id,
        raw=migration.script.raw_sha256,
    )


@dataclass(frozen=True)
class Entry:
    """The place of a statement in the journal, and the hash of its code."""

    migration_id: str
    direction: str
    number: int
    code_sha256: str


def journal(
    ledger: Ledger, entry: Entry, *, finished: bool = False, failure: str | None = None
) -> str:
    """Return the statement that journals a statement as started, as finished or as failed.

    The start is the time at which the transaction of this statement began.
    """
    return _text(
        ledger,
        """
        insert into {schema}.journal
            (migration_id, direction, number, code_sha256, started_at, finished_at, failure)
        values ({id}, {direction}, {number}, {code}, now(),
                case when {finished} then clock_timestamp() end, {failure})
        on conflict (migration_id, direction, number) do update
           set code_sha256 = excluded.code_sha256,
               started_at  = case when {finished} then journal.started_at
                                  else excluded.started_at
                             end,
               finished_at = excluded.finished_at,
               failure     = excluded.failure
        """,
        id=entry.migration_id,
        direction=entry.direction,
        number=entry.number,
        code=entry.code_sha256,
        finished=finished,
        failure=failure,
    )


def resume_at(ledger: Ledger, migration: Migration, number: int) -> str:
    """Return the statements that journal all before statement `number` as done, by hand."""
    done = "; ".join(
        journal(ledger, Entry(migration.id, "apply", statement.number, code_sha256(statement.sql)))
        for statement in migration.script.statements[: number - 1]
    )
    return done + _text(
        ledger,
        """;
        update {schema}.journal
           set finished_at = clock_timestamp(), note = 'taken as done by hand'
         where (migration_id, direction) = ({id}, 'apply') and number < {number};
        delete from {schema}.journal
         where (migration_id, direction) = ({id}, 'apply') and number >= {number}
        """,
        id=migration.id,
        number=number,
    )


def repeated(ledger: Ledger, name: str, raw: str, after: str) -> str:
    """Return the statement that records a repeatable file as done."""
    return _text(
        ledger,
        """
        insert into {schema}.repeatables (name, raw_sha256, after_sha256)
        values ({name}, {raw}, {after})
        on conflict (name) do update
           set raw_sha256   = excluded.raw_sha256,
               after_sha256 = excluded.after_sha256,
               applied_by   = excluded.applied_by,
               applied_at   = excluded.applied_at
        """,
        name=name,
        raw=raw,
        after=after,
    )


_LOG = """
            insert into {schema}._yoyo_log
                (id, migration_hash, migration_id, operation, username, hostname, created_at_utc)
            values (gen_random_uuid()::text, {hash}, {id}, {operation}, session_user,
                    coalesce(inet_client_addr()::text, 'local'),
                    clock_timestamp() at time zone 'utc')
"""


def _text(ledger: Ledger, template: str, **values: object) -> str:
    parts = {name: sql.Literal(value) for name, value in values.items()}
    schema = sql.Identifier(ledger.schema)
    log = sql.SQL(_LOG).format(schema=schema, **parts) if "operation" in values else sql.SQL("")
    return sql.SQL(template).format(schema=schema, log=log, **parts).as_string()
