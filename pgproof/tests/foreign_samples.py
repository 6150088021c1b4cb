"""A folder of each tool that can be imported from, and its ledger."""

import ctypes
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from pgproof.foreign.importing import Imported, Source, bring_over
from tests.project import Project

USERS = "create table users (id int primary key, name text);\n"
POSTS = "create table posts (id int primary key);\n"
INDEX = "create index concurrently users_name on users (name);\n"
VERSIONS = (
    "create table schema_migrations (version varchar(128) primary key);"
    "insert into schema_migrations values ('20240101'), ('20240102')"
)


def crc(text: str) -> int:
    """Return Flyway's checksum, a signed number, of a text of one line."""
    return ctypes.c_int32(zlib.crc32(text.rstrip("\n").encode())).value


@dataclass(frozen=True)
class Sample:
    """A folder of one tool with users, posts and an index built concurrently, where it can.

    `ledger` says that the first two are applied. `undone` are the names whose undo is there.
    """

    files: dict[str, str]
    names: list[str]
    ledger: str
    undone: list[int] = field(default_factory=lambda: [1, 2, 3])


SAMPLES = {
    "alembic": Sample(
        {
            "up.sql": "BEGIN;\n\nCREATE TABLE alembic_version (version_num VARCHAR(32));\n\n"
            "-- Running upgrade  -> 1975ea83b712\n\n"
            f"{USERS}\nINSERT INTO alembic_version (version_num) VALUES ('1975ea83b712') "
            "RETURNING alembic_version.version_num;\n\n"
            f"-- Running upgrade 1975ea83b712 -> ae1027a6acf1\n\n{POSTS}\n"
            "UPDATE alembic_version SET version_num='ae1027a6acf1' WHERE "
            "alembic_version.version_num = '1975ea83b712';\n\n"
            f"-- Running upgrade ae1027a6acf1 -> b0c\n\nCOMMIT;\n\n{INDEX}\nBEGIN;\n\n"
            "UPDATE alembic_version SET version_num='b0c' WHERE "
            "alembic_version.version_num = 'ae1027a6acf1';\n\nCOMMIT;\n\n",
            "down.sql": "BEGIN;\n\n-- Running downgrade b0c -> ae1027a6acf1\n\nCOMMIT;\n\n"
            "drop index concurrently users_name;\n\nBEGIN;\n\n"
            "UPDATE alembic_version SET version_num='ae1027a6acf1' WHERE "
            "alembic_version.version_num = 'b0c';\n\n"
            "-- Running downgrade ae1027a6acf1 -> 1975ea83b712\n\ndrop table posts;\n\n"
            "-- Running downgrade 1975ea83b712 -> \n\ndrop table users;\n\n"
            "DROP TABLE alembic_version;\n\nCOMMIT;\n\n",
        },
        ["0001.1975ea83b712", "0002.ae1027a6acf1", "0003.b0c"],
        "create table alembic_version (version_num varchar(32) primary key);"
        "insert into alembic_version values ('ae1027a6acf1')",
    ),
    "dbmate": Sample(
        {
            "20240101_users.sql": f"-- migrate:up\n{USERS}\n-- migrate:down\ndrop table users;\n",
            "20240102_posts.sql": f"-- c\n-- migrate:up\n{POSTS}\n-- migrate:down\n"
            "drop table posts;",
            "20240103_index.sql": f"-- migrate:up transaction:false\n{INDEX}"
            "-- migrate:down transaction:false\ndrop index concurrently users_name;\n",
        },
        ["0001.users", "0002.posts", "0003.index"],
        VERSIONS,
    ),
    "diesel": Sample(
        {
            "2024-01-01-000000_users/up.sql": USERS,
            "2024-01-01-000000_users/down.sql": "drop table users;\n",
            "2024-01-02-000000_posts/up.sql": POSTS,
            "2024-01-02-000000_posts/down.sql": "-- This file should undo anything in `up.sql`\n",
            "2024-01-03-000000_index/up.sql": INDEX,
            "2024-01-03-000000_index/metadata.toml": "run_in_transaction = false\n",
        },
        ["0001.users", "0002.posts", "0003.index"],
        "create table __diesel_schema_migrations (version varchar(50) primary key,"
        " run_on timestamp not null default current_timestamp);"
        "insert into __diesel_schema_migrations (version)"
        " values ('20240101000000'), ('20240102000000')",
        [1],
    ),
    "flyway": Sample(
        {
            "V1_1__Users.sql": USERS,
            "U1.1__Users.sql": "drop table users;\n",
            "more/V1.2__Posts and more.sql": POSTS,
            "V1.10__Index.sql": INDEX,
            "V1.10__Index.sql.conf": "executeInTransaction=false\n",
            "R__Views.sql": "create or replace view users_v as select 1 as a;\n",
        },
        ["0001.users", "0002.posts-and-more", "0003.index"],
        "create table flyway_schema_history (installed_rank int primary key, version varchar(50),"
        " description varchar(200) not null, type varchar(20) not null,"
        " script varchar(1000) not null, checksum int, installed_by varchar(100) not null,"
        " installed_on timestamp not null default now(), execution_time int not null,"
        " success boolean not null);"
        "insert into flyway_schema_history values"
        " (0, null, '<< Flyway Schema Creation >>', 'SCHEMA', 'x', null, 'a', now(), 1, true),"
        f" (1, '1.1', 'Users', 'SQL', 'V1_1__Users.sql', {crc(USERS)}, 'a', now(), 1, true),"
        f" (2, '1.2', 'Posts', 'SQL', 'V1.2__x.sql', {crc(POSTS)}, 'a', now(), 1, true),"
        " (3, null, 'Views', 'SQL', 'R__Views.sql', 1, 'a', now(), 1, true),"
        " (4, '1.10', 'Index', 'SQL', 'V1.10__Index.sql', 1, 'a', now(), 1, true),"
        " (5, '1.10', 'Index', 'UNDO_SQL', 'U1.10__Index.sql', 1, 'a', now(), 1, true)",
        [1],
    ),
    "golang-migrate": Sample(
        {
            "1_users.up.sql": f"BEGIN;\n{USERS}COMMIT;\n",
            "1_users.down.sql": "BEGIN;\ndrop table users;\nCOMMIT;\n",
            "2_posts.up.sql": POSTS,
            "2_posts.down.sql": "drop table posts;\n",
            "10_index.up.sql": INDEX,
            "10_index.down.sql": "drop index concurrently users_name;\n",
        },
        ["0001.users", "0002.posts", "0003.index"],
        "create table schema_migrations (version bigint primary key, dirty boolean not null);"
        "insert into schema_migrations values (2, false)",
    ),
    "goose": Sample(
        {
            "00001_users.sql": f"-- +goose Up\n-- +goose StatementBegin\n{USERS}"
            "-- +goose StatementEnd\n\n-- +goose Down\ndrop table users;\n",
            "00002_posts.sql": f"-- +goose Up\n{POSTS}-- +goose Down\ndrop table posts;\n",
            "00003_index.sql": f"-- +goose NO TRANSACTION\n-- +goose Up\n{INDEX}"
            "-- +goose Down\ndrop index concurrently users_name;\n",
        },
        ["0001.users", "0002.posts", "0003.index"],
        "create table goose_db_version (id serial primary key, version_id bigint not null,"
        " is_applied boolean not null, tstamp timestamp default now());"
        "insert into goose_db_version (version_id, is_applied)"
        " values (0, true), (1, true), (2, true), (3, true), (3, false)",
    ),
    "graphile": Sample(
        {
            "committed/000001.sql": f"--! Previous: -\n--! Hash: sha1:a\n\n{USERS}",
            "committed/000002-posts.sql": "--! Previous: sha1:a\n--! Hash: sha1:b\n"
            f"--! Message: posts\n\n--! split: 1-current.sql\n{POSTS}",
            "committed/000003-index.sql": "--! Previous: sha1:b\n--! Hash: sha1:c\n"
            f"--! Message: index\n\n--! no-transaction\n{INDEX}",
            "current.sql": "-- Enter migration here\n",
        },
        ["0001.000001", "0002.posts", "0003.index"],
        "create schema graphile_migrate; create table graphile_migrate.migrations ("
        " hash text primary key, previous_hash text, filename text not null,"
        " date timestamptz not null default now());"
        "insert into graphile_migrate.migrations values"
        " ('sha1:a', null, '000001.sql'), ('sha1:b', 'sha1:a', '000002.sql')",
        [],
    ),
    "node-pg-migrate": Sample(
        {
            "1700000000001_users.sql": f"-- Up Migration\n{USERS}-- Down Migration\n"
            "drop table users;\n",
            "1700000000002_posts.sql": "-- Down Migration\ndrop table posts;\n"
            f"-- Up Migration\n{POSTS}",
            "1700000000003_index.sql": "create index users_name on users (name);\n",
        },
        ["0001.1700000000001-users", "0002.1700000000002-posts", "0003.1700000000003-index"],
        "create table pgmigrations (id serial primary key, name varchar(255) not null,"
        " run_on timestamp not null);"
        "insert into pgmigrations (name, run_on)"
        " values ('1700000000001_users', now()), ('1700000000002_posts', now())",
        [1, 2],
    ),
    "sql-migrate": Sample(
        {
            "1_users.sql": f"-- +migrate Up\n{USERS}-- +migrate Down\ndrop table users;\n",
            "2_posts.sql": f"-- +migrate Up\n{POSTS}-- +migrate Down\ndrop table posts;\n",
            "10_index.sql": f"-- +migrate Up notransaction\n{INDEX}"
            "-- +migrate Down notransaction\ndrop index concurrently users_name;\n",
        },
        ["0001.1-users", "0002.2-posts", "0003.10-index"],
        "create table gorp_migrations (id text primary key, applied_at timestamptz);"
        "insert into gorp_migrations values ('1_users.sql', now()), ('2_posts.sql', now())",
    ),
    "sqitch": Sample(
        {
            "sqitch.plan": "%syntax-version=1.0.0\n%project=blog\n%uri=https://example.org/\n\n"
            "users 2024-01-01T00:00:00Z A <a@example.org> # The users.\n"
            "@v1 2024-01-01T00:00:00Z A <a@example.org> # First.\n\n"
            "posts [users] 2024-01-02T00:00:00Z A <a@example.org> # Posts.\n"
            "users [users@v1] 2024-01-03T00:00:00Z A <a@example.org> # Index.\n",
            "deploy/users@v1.sql": f"-- Deploy blog:users to pg\n\nBEGIN;\n\n{USERS}\nCOMMIT;\n",
            "revert/users@v1.sql": "-- Revert blog:users from pg\n\nBEGIN;\n\n"
            "drop table users;\n\nCOMMIT;\n",
            "deploy/posts.sql": "-- Deploy blog:posts to pg\n-- requires: users\n\n"
            f"BEGIN;\n{POSTS}\nCOMMIT;",
            "revert/posts.sql": "BEGIN;\ndrop table posts;\nCOMMIT;",
            "deploy/users.sql": f"-- Deploy blog:users to pg\n\n{INDEX}",
            "revert/users.sql": "drop index concurrently users_name;\n",
            "verify/users.sql": "select 1;\n",
        },
        ["0001.users", "0002.posts", "0003.users"],
        "create schema sqitch; create table sqitch.changes (change_id text primary key,"
        " change text not null, project text not null, planned_at timestamptz not null);"
        "insert into sqitch.changes values ('a', 'users', 'blog', '2024-01-01'),"
        " ('b', 'posts', 'blog', '2024-01-02'), ('c', 'other', 'shop', '2024-01-02')",
    ),
    "sqlx": Sample(
        {
            "20240101_users.up.sql": USERS,
            "20240101_users.down.sql": "drop table users;\n",
            "20240102_posts.up.sql": POSTS,
            "20240102_posts.down.sql": "drop table posts;\n",
            "20240103_index.sql": f"-- no-transaction\n{INDEX}",
        },
        ["0001.users", "0002.posts", "0003.index"],
        "create table _sqlx_migrations (version bigint primary key, description text not null,"
        " installed_on timestamptz not null default now(), success boolean not null,"
        " checksum bytea not null, execution_time bigint not null);"
        "insert into _sqlx_migrations values"
        f" (20240101, 'users', now(), true, sha384('{USERS}'), 1),"
        f" (20240102, 'posts', now(), true, sha384('{POSTS}'), 1)",
        [1, 2],
    ),
}


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def taken(project: Project, form: str, folder: Path) -> Imported:
    return bring_over(Source(form, folder), project.settings)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
