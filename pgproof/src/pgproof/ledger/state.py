"""What has been applied to a database, wherever that is written: our ledger, or yoyo's."""

from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from pgproof.connection import Connection
from pgproof.ledger.tables import Ledger

GUARD = "set local row_security = off; set local lock_timeout = '5s';"
"""Every row is seen or it is an error, and no lock is waited for long; for one transaction."""
_ROWS = """
select 'file', y.migration_id, f.raw_sha256, f.code_sha256,
       coalesce(f.how, 'yoyo'), rank() over (order by y.applied_at_utc nulls first)::int, false
  from {schema}._yoyo_migration as y
  left join {schema}.migration_files as f using (migration_id)
union all
select 'step', migration_id, direction, code_sha256, failure, number,
       finished_at is not null
  from {schema}.journal
union all
select 'repeatable', name, raw_sha256, after_sha256, null, 0, false
  from {schema}.repeatables
order by 1, 2, 3, 6
"""


@dataclass(frozen=True)
class Applied:
    """A row of the ledger. Hashes are None where yoyo applied the file and nobody has hashed it.

    `place` counts in the order of application; what was applied at one moment has one place.
    """

    id: str
    raw_sha256: str | None
    code_sha256: str | None
    how: str
    place: int = 0


@dataclass(frozen=True)
class Step:
    """A row of the journal."""

    number: int
    code_sha256: str
    finished: bool
    failure: str | None


@dataclass(frozen=True)
class State:
    """All the ledger says, read in one round trip."""

    exists: bool = False
    applied: dict[str, Applied] = field(default_factory=dict)
    journal: dict[tuple[str, str], tuple[Step, ...]] = field(default_factory=dict)
    repeatables: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """The ledger's state; `source` is the schema of a yoyo ledger not yet adopted."""

    state: State
    source: str | None = None


def read(connection: Connection, ledger: Ledger, owner: str | None) -> State:
    """Read a ledger. Writes nothing; needs SELECT on its tables, or to be able to become `owner`.

    Raises psycopg.errors.InsufficientPrivilege.
    """
    try:
        return _read_rows(connection, ledger)
    except psycopg.errors.InsufficientPrivilege:
        if owner is None:
            raise
    with connection.transaction():
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        return _read_rows(connection, ledger)


def _read_rows(connection: Connection, ledger: Ledger) -> State:
    cursor = connection.cursor(row_factory=tuple_row)
    cursor.execute(ledger.sql(f"{GUARD} {_ROWS}"))
    while cursor.nextset():
        pass
    state = State(exists=True)
    for kind, name, first, second, third, number, finished in cursor.fetchall():
        if kind == "file":
            state.applied[name] = Applied(name, first, second, third, number)
        elif kind == "repeatable":
            state.repeatables[name] = (first, second)
        else:
            step = Step(number, second, finished, third)
            state.journal[name, first] = (*state.journal.get((name, first), ()), step)
    return state
