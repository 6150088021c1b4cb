"""The ledger: yoyo's tables, and ours beside them, in one schema that is always named."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

Connection = psycopg.Connection[Any]

TABLES = """
create table if not exists {schema}._yoyo_migration (
    migration_hash varchar(64),
    migration_id   varchar(255),
    applied_at_utc timestamp,
    primary key (migration_hash)
);
create table if not exists {schema}._yoyo_log (
    id             varchar(36),
    migration_hash varchar(64),
    migration_id   varchar(255),
    operation      varchar(10),
    username       varchar(255),
    hostname       varchar(255),
    comment        varchar(255),
    created_at_utc timestamp,
    primary key (id)
);
create table if not exists {schema}._yoyo_version (
    version          int not null primary key,
    installed_at_utc timestamp
);
insert into {schema}._yoyo_version
values (2, now() at time zone 'utc')
on conflict do nothing;
create table if not exists {schema}.migration_files (
    migration_id  text        primary key,
    raw_sha256    text        not null,
    code_sha256   text        not null,
    how           text        not null check (how in ('applied', 'baseline', 'adopted')),
    out_of_order  boolean     not null default false,
    statements    integer,
    seconds       numeric,
    applied_by    text        not null default session_user,
    applied_at    timestamptz not null default clock_timestamp()
);
create table if not exists {schema}.journal (
    migration_id text        not null,
    direction    text        not null check (direction in ('apply', 'rollback')),
    number       integer     not null check (number > 0),
    code_sha256  text        not null,
    started_at   timestamptz not null default clock_timestamp(),
    finished_at  timestamptz,
    failure      text,
    note         text,
    primary key (migration_id, direction, number)
);
create table if not exists {schema}.repeatables (
    name         text        primary key,
    raw_sha256   text        not null,
    after_sha256 text        not null,
    applied_by   text        not null default session_user,
    applied_at   timestamptz not null default clock_timestamp()
);
comment on table {schema}.migration_files is
    'Hashes of each applied migration: of its bytes and of its code.';
comment on table {schema}.journal is
    'Statements of non-transactional files that are under way; empty when none is partly applied.';
comment on table {schema}.repeatables is
    'Repeatable files by the bytes, and the set of migrations, that they last ran with.';
"""


@dataclass(frozen=True)
class Applied:
    """A row of the ledger. Hashes are None where yoyo applied the file and nobody has hashed it."""

    id: str
    raw_sha256: str | None
    code_sha256: str | None
    how: str


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


class Ledger:
    """Statements on the ledger of one schema; every method says what it writes."""

    def __init__(self, schema: str):
        self.schema = schema

    def sql(self, text: str) -> sql.Composed:
        """Put the quoted schema into `{schema}`."""
        return sql.SQL(text).format(schema=sql.Identifier(self.schema))

    def read(self, connection: Connection) -> State:
        """Return the state of an existing ledger. Writes nothing; needs SELECT alone."""
        rows = _rows(
            connection,
            self.sql(
                """
                select 'file', y.migration_id, f.raw_sha256, f.code_sha256,
                       coalesce(f.how, 'yoyo'), 0, false
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
            ),
        )
        state = State(exists=True)
        for kind, name, first, second, third, number, finished in rows:
            if kind == "file":
                state.applied[name] = Applied(name, first, second, third)
            elif kind == "repeatable":
                state.repeatables[name] = (first, second)
            else:
                step = Step(number, second, finished, third)
                state.journal[name, first] = (*state.journal.get((name, first), ()), step)
        return state

    def create(self, connection: Connection, owner: str | None, *, owner_may: bool) -> None:
        """Create what is missing, in one transaction: as `owner` if it may, else for `owner`."""
        with connection.transaction():
            found = connection.execute(
                "select to_regnamespace(%s)", [sql.Identifier(self.schema).as_string()]
            )
            if found.fetchone() == (None,):
                if owner and owner_may:
                    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
                connection.execute(self.sql("create schema {schema}"))
            connection.execute(self.sql(TABLES))

    def grant(self, connection: Connection, owner: str) -> None:
        """Let `owner` write to the ledger, if this user owns it."""
        mine = connection.execute(
            "select pg_has_role(current_user, nspowner, 'usage') and nspowner <> %s::regrole"
            "  from pg_catalog.pg_namespace where nspname = %s",
            [sql.Identifier(owner).as_string(), self.schema],
        )
        if mine.fetchone() == (True,):
            connection.execute(
                sql.SQL(
                    "grant usage on schema {schema} to {owner};"
                    "grant select, insert, update, delete on all tables in schema {schema}"
                    " to {owner}"
                ).format(schema=sql.Identifier(self.schema), owner=sql.Identifier(owner))
            )


def _rows(connection: Connection, query: sql.Composed) -> list[tuple[Any, ...]]:
    return connection.cursor(row_factory=tuple_row).execute(query).fetchall()
