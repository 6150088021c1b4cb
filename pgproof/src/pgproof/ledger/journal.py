"""The journal: statements of a file without a transaction that are under way, as SQL text."""

from dataclasses import dataclass

from pgproof.files.hashes import code_sha256
from pgproof.files.script import Migration
from pgproof.ledger.tables import Ledger


@dataclass(frozen=True)
class Entry:
    """The place of a statement in the journal, and the hash of its code."""

    migration_id: str
    direction: str
    number: int
    code_sha256: str


def row(ledger: Ledger, entry: Entry, *, finished: bool = False, failure: str | None = None) -> str:
    """Return the statement that journals a statement as started, as finished or as failed.

    The start is the time at which the transaction of this statement began.
    """
    return ledger.text(
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
        row(ledger, Entry(migration.id, "apply", statement.number, code_sha256(statement.sql)))
        for statement in migration.script.statements[: number - 1]
    )
    return done + ledger.text(
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
