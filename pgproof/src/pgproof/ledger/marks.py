"""The rows that the runner writes, as SQL text to run inside the migration's own transaction."""

from hashlib import sha256

from psycopg import sql

from pgproof.files.script import Migration
from pgproof.ledger.tables import Ledger


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
    comment: str | None = None,
) -> str:
    """Return the statement that records `migration` as applied and clears its journal.

    Its time is later than that of every row there is, whatever the server's clock says: a rollback
    goes by it.
    """
    script = migration.script
    return ledger.text(
        """
        with yoyo as (
            insert into {schema}._yoyo_migration (migration_hash, migration_id, applied_at_utc)
            select {hash}, {id}, greatest(clock_timestamp() at time zone 'utc',
                                          max(applied_at_utc) + interval '1 microsecond')
              from {schema}._yoyo_migration
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
        log=_log(ledger, migration.id, operation, comment),
        raw=script.raw_sha256,
        code=script.code_sha256,
        how=how,
        out_of_order=out_of_order,
        statements=len(script.statements) if how == "applied" else None,
        seconds=None if seconds is None else round(seconds, 3),
    )


def unmark(ledger: Ledger, migration_id: str) -> str:
    """Return the statement that takes a migration out of the ledger and clears its journal.

    What ran after the migrations is due again: applied once more, they may want it once more.
    """
    return ledger.text(
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
        log=_log(ledger, migration_id, "rollback"),
    )


def rehash(ledger: Ledger, migration: Migration) -> str:
    """Return the statement that records a new comment: other bytes, the same code."""
    return ledger.text(
        "update {schema}.migration_files set raw_sha256 = {raw} where migration_id = {id}",
        id=migration.id,
        raw=migration.script.raw_sha256,
    )


def repeated(ledger: Ledger, name: str, raw: str, after: str, *, comment: str | None = None) -> str:
    """Return the statement that records a repeatable file as done; a comment is logged, too."""
    log = _log(ledger, name[:255], "repeat", comment).as_string() if comment else "select"
    return ledger.text(
        """
        with log as ({log})
        insert into {schema}.repeatables (name, raw_sha256, after_sha256)
        values ({name}, {raw}, {after})
        on conflict (name) do update
           set raw_sha256   = excluded.raw_sha256,
               after_sha256 = excluded.after_sha256,
               applied_by   = excluded.applied_by,
               applied_at   = excluded.applied_at
        """,
        log=sql.SQL(log),
        name=name,
        raw=raw,
        after=after,
    )


def _log(ledger: Ledger, migration_id: str, operation: str, comment: str | None = None) -> sql.SQL:
    """Return the statement that adds a row to yoyo's log."""
    text = ledger.text(
        """
            insert into {schema}._yoyo_log
                (id, migration_hash, migration_id, operation, username, hostname, comment,
                 created_at_utc)
            values (gen_random_uuid()::text, {hash}, {id}, {operation}, session_user,
                    coalesce(inet_client_addr()::text, 'local'), {comment},
                    clock_timestamp() at time zone 'utc')
        """,
        hash=yoyo_hash(migration_id),
        id=migration_id,
        operation=operation,
        comment=comment,
    )
    return sql.SQL(text)
