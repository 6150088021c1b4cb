"""The ledger: yoyo's tables, and ours beside them, in one schema that is always named."""

import re

from psycopg import sql

from pgproof.connection import Connection

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

COLUMNS = {
    table: frozenset(re.findall(r"^    (?!primary key)(\w+)", body, re.MULTILINE))
    for table, body in re.findall(r"\{schema\}\.([a-z]\w+) \((.*?)\n\);", TABLES, re.DOTALL)
}
"""Our own tables, beside yoyo's, and the columns of each."""


RECORD = """
create table if not exists {schema}.objects (
    kind         text  not null,
    name         text  not null,
    definition   jsonb not null,
    migration_id text,
    primary key (kind, name)
);
create table if not exists {schema}.objects_before (
    kind       text not null,
    name       text not null,
    definition jsonb,
    primary key (kind, name)
);
create table if not exists {schema}.objects_state (
    place       integer     primary key default 1 check (place = 1),
    major       integer     not null,
    is_complete boolean     not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table {schema}.objects is
    'Objects of the database as the runner left them, and the file that last touched each.';
comment on table {schema}.objects_before is
    'Objects that differed from the record when the run under way began; empty when none is.';
comment on table {schema}.objects_state is
    'Whether the record of objects is complete, and of which major version of the server.';
"""
"""Tables that ledgers of earlier releases do not have: the record of objects."""


class Ledger:
    """Statements on the ledger of one schema; every method says what it writes."""

    def __init__(self, schema: str):
        self.schema = schema

    def sql(self, text: str) -> sql.Composed:
        """Put the quoted schema into `{schema}`."""
        return sql.SQL(text).format(schema=sql.Identifier(self.schema))

    def text(self, template: str, **values: object) -> str:
        """Return `template` with the schema and values put in: literals, or what is SQL already."""
        parts = {
            name: value if isinstance(value, sql.Composable) else sql.Literal(value)
            for name, value in values.items()
        }
        return sql.SQL(template).format(schema=sql.Identifier(self.schema), **parts).as_string()

    def create(
        self, connection: Connection, owner: str | None, *, owner_may: bool, rows: str = ""
    ) -> None:
        """Create it with `rows`, in one transaction: as `owner` if it may, else for `owner`."""
        with connection.transaction():
            found = connection.execute(
                "select to_regnamespace(%s)", [sql.Identifier(self.schema).as_string()]
            )
            if found.fetchone() == (None,):
                if owner and owner_may:
                    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
                connection.execute(self.sql("create schema {schema}"))
            connection.execute(self.sql(TABLES + RECORD) + sql.SQL(rows))

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
