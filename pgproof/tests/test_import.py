"""`pgproof import`: what other tools wrote becomes pairs that run, undo, and adopt a database."""

import ctypes
import json
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.foreign.formats import FORMATS
from pgproof.foreign.importing import Imported, Source, adopt, bring_over
from tests.project import Project

TABLES = "select relname::text from pg_class where relname ~ '^(users|posts)' order by 1"
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


@pytest.fixture(params=sorted(SAMPLES))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def foreign(form: str, tmp_path: Path) -> Path:
    return lay(tmp_path / "foreign", SAMPLES[form].files)


def taken(project: Project, form: str, folder: Path) -> Imported:
    return bring_over(Source(form, folder), project.settings)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_every_format_has_a_sample() -> None:
    assert sorted(SAMPLES) == list(FORMATS)


def test_what_is_imported_is_applied_undone_and_applied_again(
    project: Project, form: str, foreign: Path
) -> None:
    sample, before = SAMPLES[form], contents(foreign)
    assert taken(project, form, foreign).problems == ()
    assert contents(foreign) == before
    assert project.migrate().applied == sample.names
    assert {("users",), ("posts",), ("users_name",)} <= set(project.query(TABLES))
    if sample.undone == [1, 2, 3]:
        assert [project.rollback().rolled_back for _ in sample.names] == [
            [name] for name in reversed(sample.names)
        ]
        assert project.query(TABLES) == []
        assert project.migrate().applied == sample.names


def test_files_without_a_way_back_say_so(project: Project, form: str, foreign: Path) -> None:
    taken(project, form, foreign)
    for number, name in enumerate(SAMPLES[form].names, 1):
        text = (project.folder / f"{name}.sql").read_text()
        assert ("-- irreversible: " in text) == (number not in SAMPLES[form].undone)
        assert (project.folder / f"{name}.rollback.sql").exists() == (
            number in SAMPLES[form].undone
        )
        depends = f"-- depends: {SAMPLES[form].names[number - 2]}\n" if number > 1 else ""
        assert re.match(rf"-- {re.escape(name)}\n{re.escape(depends)}--", text)


def test_the_tools_ledger_is_adopted_and_the_rest_applied(
    project: Project, form: str, foreign: Path
) -> None:
    sample = SAMPLES[form]
    project.query(USERS + POSTS + sample.ledger)
    found = adopt(Source(form, foreign), project.url, project.settings)
    assert list(found.adopted) == sample.names[:2]
    assert set(project.states().values()) <= {"applied", "pending", "due"}
    how = "select distinct how from pgproof.migration_files"
    assert project.query(how) == [("adopted",)]
    assert project.migrate().applied == sample.names[2:]


def test_a_dry_run_writes_neither_files_nor_rows(
    project: Project, form: str, foreign: Path
) -> None:
    project.query(SAMPLES[form].ledger)
    found = adopt(Source(form, foreign), project.url, project.settings, dry_run=True)
    assert list(found.adopted) == SAMPLES[form].names[:2]
    assert len(found.files) >= len(SAMPLES[form].names)
    assert list(project.folder.iterdir()) == []
    assert project.value("select to_regnamespace('pgproof') is null")


def test_a_second_import_writes_nothing_and_may_adopt(project: Project, tmp_path: Path) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["goose"].files)
    taken(project, "goose", foreign)
    written = contents(project.folder)
    assert taken(project, "goose", foreign).files == ()
    project.write("0004.new", "-- depends: 0003.index\nselect 1;")
    project.query(USERS + POSTS + SAMPLES["goose"].ledger)
    assert len(adopt(Source("goose", foreign), project.url, project.settings).adopted) == 2
    assert written.items() <= contents(project.folder).items()
    assert project.migrate().applied == ["0003.index", "0004.new"]


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("0001.users.sql", "select 'mine';", "0001.users.sql: is there already"),
        ("0002.mine.sql", "select 1;", "0002.mine.sql: has a number that the import needs"),
        ("0003.index.rollback.sql", "select 1;", "0003.index.rollback.sql: undoes a migration"),
    ],
)
def test_nothing_that_is_there_is_replaced(
    project: Project, tmp_path: Path, name: str, text: str, what: str
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["sqlx"].files)
    (project.folder / name).write_text(text)
    with pytest.raises(RefusedError, match=what):
        taken(project, "sqlx", foreign)
    assert {path.name: path.read_text() for path in project.folder.iterdir()} == {name: text}


def test_if_one_file_cannot_be_written_none_is(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["goose"].files)
    links = 0
    from pgproof.foreign import write

    real = write.os.link

    def link(source: Path, target: Path) -> None:
        nonlocal links
        links += 1
        if links == 4:
            raise OSError(28, "No space left on device", str(source), None, str(target))
        real(source, target)

    monkeypatch.setattr(write.os, "link", link)
    with pytest.raises(PgproofError, match=r"cannot be written: No space left") as caught:
        taken(project, "goose", foreign)
    assert caught.value.hint
    assert list(project.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("form", "files", "what"),
    [
        ("dbmate", {"1_a.sql": "select 1;"}, "1_a.sql:1: marks no half"),
        ("dbmate", {"a.sql": "-- migrate:up"}, "a.sql: is not named as the tool names"),
        ("goose", {"1_a.go": "", "2_b.sql": "-- +goose Up"}, "1_a.go: a migration that is code"),
        ("goose", {"1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON"}, "1_a.sql:2: .*not converted"),
        ("goose", {"1_a.sql": "-- +goose Up", "01_b.sql": "-- +goose Up"}, "has the version 1 of"),
        ("node-pg-migrate", {"1_a.js": ""}, "1_a.js: a migration that is code"),
        ("golang-migrate", {"1_a.down.sql": "select 1;"}, "undoes what no file applies"),
        ("golang-migrate", {"1_a.up.sql": "", "1_b.up.sql": ""}, "has the version 1 of"),
        ("golang-migrate", {"1_a.sql": ""}, "is not named as the tool names"),
        ("diesel", {"a/up.sql": "select 1;"}, "no folder named as Diesel names"),
        ("diesel", {"1_a/b/up.sql": "select 1;"}, "no folder named as Diesel names"),
        ("flyway", {"V1__a.sql": "x\n${b};"}, r"V1__a.sql:2: \$\{b\} is a placeholder"),
        ("flyway", {"V1__a.sql": "", "V1.0__b.sql": ""}, "has the version 1 of"),
        ("flyway", {"U1__a.sql": ""}, "undoes a version that is not in the folder"),
        ("flyway", {"B1__a.sql": ""}, "a baseline migration"),
        ("flyway", {"afterMigrate.sql": ""}, "is not named as the tool names"),
        ("graphile", {"current.sql": "select 1;"}, "current.sql:1: is not committed"),
        (
            "graphile",
            {"committed/000001.sql": "--! Previous: -\n\ngrant x to :DATABASE_OWNER;"},
            "000001.sql:3: :DATABASE_OWNER is a placeholder",
        ),
        ("sqitch", {"sqitch.plan": "a 2024 # x"}, "deploy/a.sql: cannot be read"),
        ("sqitch", {"sqitch.plan": "-a 2024 # x"}, "sqitch.plan:1: a line that reverts"),
        ("sqitch", {"sqitch.plan": "a [b:c] 2024"}, "sqitch.plan:1: needs b:c of another project"),
        ("sqitch", {"deploy/a.sql": ""}, "sqitch.plan: cannot be read"),
        ("alembic", {"up.sql": "select 1;"}, "up.sql:1: holds statements before"),
        ("alembic", {"up.sql": "selec 1;"}, "up.sql: syntax error"),
        ("sqlx", {}, "no migrations of sqlx"),
        ("sqlx", {"1_a.sql": "\0"}, "1_a.sql:1: the file holds a NUL byte"),
    ],
)
def test_what_cannot_be_converted_is_refused_and_nothing_written(
    project: Project, tmp_path: Path, form: str, files: dict[str, str], what: str
) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    if form == "graphile":
        (folder / "committed").mkdir()
    lay(folder, files)
    with pytest.raises(RefusedError, match=what) as caught:
        taken(project, form, folder)
    assert caught.value.hint
    assert list(project.folder.iterdir()) == []


def test_what_a_run_would_refuse_is_told(project: Project, tmp_path: Path) -> None:
    """The files are written all the same: of what is applied nothing runs any more."""
    foreign = lay(
        tmp_path / "foreign",
        {
            "1_a.up.sql": "copy t from stdin;\n1\n\\.\n",
            "2_b.up.sql": "begin; select 1; commit; begin; select 2; commit;",
            "3_c.up.sql": "",
        },
    )
    said = "\n".join(map(str, taken(project, "golang-migrate", foreign).problems))
    assert "0001.a.sql:6: COPY FROM STDIN" in said
    assert "0002.b.sql:7: BEGIN in a migration" in said
    assert "0003" not in said


def test_folder_and_target_must_differ(project: Project) -> None:
    lay(project.folder, SAMPLES["sqlx"].files)
    with pytest.raises(RefusedError, match="both the folder to import and the folder to write"):
        taken(project, "sqlx", project.folder)


def goose(values: str) -> str:
    return f"{SAMPLES['goose'].ledger}; insert into goose_db_version values {values}"


@pytest.mark.parametrize(
    ("form", "ledger", "what"),
    [
        ("goose", "select 1", "no table goose_db_version"),
        ("goose", "create table goose_db_version (id int)", "no table with the columns of goose"),
        ("goose", goose("(9, 77, true, now())"), "says that 77 is applied, which has no file here"),
        ("goose", goose("(8, 66, true, now()), (9, 77, true, now())"), "2 problems"),
        (
            "goose",
            f"{SAMPLES['goose'].ledger}; create schema s;"
            " create table s.goose_db_version (like goose_db_version)",
            r"several tables goose_db_version: public\.goose_db_version, s\.goose_db_version",
        ),
        (
            "golang-migrate",
            f"{SAMPLES['golang-migrate'].ledger}; update schema_migrations set dirty = true",
            r"public\.schema_migrations says that 2 is dirty",
        ),
        ("golang-migrate", VERSIONS, "no table with the columns of golang-migrate"),
        (
            "dbmate",
            SAMPLES["golang-migrate"].ledger,
            "no table with the columns of dbmate",
        ),
        (
            "sqlx",
            f"{SAMPLES['sqlx'].ledger}; update _sqlx_migrations set success = version = 20240101",
            "says that 20240102 is failed",
        ),
        (
            "flyway",
            f"{SAMPLES['flyway'].ledger}; update flyway_schema_history set success = false"
            " where installed_rank = 2",
            "says that 1.2 is failed",
        ),
        (
            "flyway",
            f"{SAMPLES['flyway'].ledger}; update flyway_schema_history set success = false"
            " where installed_rank = 3",
            r"says that R__Views\.sql is failed",
        ),
        (
            "goose",
            f"{SAMPLES['goose'].ledger}; delete from goose_db_version where version_id > 0",
            "goose has applied nothing",
        ),
    ],
)
def test_a_ledger_that_cannot_be_trusted_is_refused_and_nothing_written(
    project: Project, tmp_path: Path, form: str, ledger: str, what: str
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES[form].files)
    project.query(ledger)
    with pytest.raises(RefusedError, match=what) as caught:
        adopt(Source(form, foreign), project.url, project.settings)
    assert caught.value.hint
    assert list(project.folder.iterdir()) == []
    assert project.value("select to_regnamespace('pgproof') is null")


@pytest.mark.parametrize(
    ("form", "file"),
    [("sqlx", "20240102_posts.up.sql"), ("flyway", "more/V1.2__Posts and more.sql")],
)
def test_a_file_edited_after_the_tool_applied_it_is_refused(
    project: Project, tmp_path: Path, form: str, file: str
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES[form].files)
    project.query(SAMPLES[form].ledger)
    text = (foreign / file).read_text()
    (foreign / file).write_text(text + "-- later\n")
    with pytest.raises(RefusedError, match=f"{file}: edited after .* applied it"):
        adopt(Source(form, foreign), project.url, project.settings)
    assert list(project.folder.iterdir()) == []
    (foreign / file).write_bytes(text.encode().replace(b"\n", b"\r\n"))
    assert len(adopt(Source(form, foreign), project.url, project.settings).adopted) == 2


def test_a_table_of_another_name_or_schema_can_be_named(project: Project, tmp_path: Path) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["dbmate"].files)
    project.query(f"{VERSIONS}; create schema s; alter table schema_migrations set schema s")
    project.query("create table schema_migrations (version text); alter table s.schema_migrations"
                  " rename to done")  # fmt: skip
    source = Source("dbmate", foreign, "s.done")
    assert len(adopt(source, project.url, project.settings).adopted) == 2


def test_a_baseline_of_flyway_covers_all_versions_up_to_it(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["flyway"].files)
    project.query(
        f"{SAMPLES['flyway'].ledger}; delete from flyway_schema_history; insert into"
        " flyway_schema_history values (1, '1.5', 'b', 'BASELINE', 'b', null, 'a', now(), 1, true)"
    )
    found = adopt(Source("flyway", foreign), project.url, project.settings)
    assert found.adopted == ("0001.users", "0002.posts-and-more")


def test_a_change_that_sqitch_reworked_never_takes_the_later_scripts(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["sqitch"].files)
    (foreign / "revert/users@v1.sql").unlink()
    taken(project, "sqitch", foreign)
    assert not (project.folder / "0001.users.rollback.sql").exists()
    (foreign / "deploy/users@v1.sql").unlink()
    with pytest.raises(RefusedError, match=r"deploy/users@v1\.sql: cannot be read"):
        taken(project, "sqitch", foreign)


def test_of_alembics_branches_only_what_leads_to_a_head_is_applied(
    project: Project, tmp_path: Path
) -> None:
    sections = ((" -> a", 1), ("a -> b", 2), ("a -> c", 3), ("b, c -> d", 4))
    text = "".join(f"-- Running upgrade {mark}\n\nselect {n};\n\n" for mark, n in sections)
    foreign = lay(tmp_path / "foreign", {"up.sql": text})
    project.query("create table alembic_version (version_num text)")
    project.query("insert into alembic_version values ('c')")
    found = adopt(Source("alembic", foreign), project.url, project.settings)
    assert found.adopted == ("0001.a", "0003.c")


def test_a_ledger_of_ours_with_migrations_is_not_adopted_again(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", SAMPLES["dbmate"].files)
    project.query(VERSIONS)
    adopt(Source("dbmate", foreign), project.url, project.settings)
    with pytest.raises(RefusedError, match="the ledger already has migrations"):
        adopt(Source("dbmate", foreign), project.url, project.settings)


def test_the_command_prints_files_and_what_a_run_would_refuse(
    project: Project, tmp_path: Path
) -> None:
    foreign = lay(tmp_path / "foreign", {"1_a.up.sql": "select 1;", "2_b.up.sql": "selec 1;"})
    done = project.run("import", "golang-migrate", str(foreign), "--dry-run", "--json")
    assert [Path(name).name for name in json.loads(done.stdout)["files"]] == [
        "0001.a.sql",
        "0002.b.sql",
    ]
    done = project.run("import", "golang-migrate", str(foreign))
    assert (done.returncode, len(done.stdout.splitlines())) == (Exit.OK, 2)
    assert re.match(r"warning: .*0002\.b\.sql:\d+: syntax error", done.stderr)
    project.query("create table schema_migrations (version bigint, dirty bool)")
    project.query("insert into schema_migrations values (2, false)")
    done = project.run("import", "golang-migrate", str(foreign), "--adopt")
    assert (done.returncode, done.stdout) == (Exit.OK, "")
    assert done.stderr == "2 recorded as applied\n", "of what is applied nothing is refused"
    assert project.states() == {"0001.a": "applied", "0002.b": "applied"}
