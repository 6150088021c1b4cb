"""Migrating needs no superuser, looking needs SELECT, and a transaction pooler is refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgbouncer import pooled
from pgproof.errors import Exit, InputError, PgproofError, RefusedError
from tests.project import Project
from tests.servers import Server

ROLES = "test_owner, test_migrator, test_reader, test_stranger"


@pytest.fixture
def roles(server: Server, project: Project, request: pytest.FixtureRequest) -> Iterator[Project]:
    """Return a project whose migrator is a member of its owner, without inheriting from it."""
    database = project.url.split("/")[-1].split("?")[0]
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(
            "create role test_owner; create role test_migrator login noinherit in role test_owner;"
            "create role test_reader login; create role test_stranger login"
        )
        connection.execute(f"grant create on database {database} to test_owner")  # type: ignore[arg-type]
    yield project.with_settings(owner="test_owner")
    project.query(f"drop owned by {ROLES} cascade")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"drop owned by {ROLES} cascade; drop role {ROLES}")  # type: ignore[arg-type]


def as_user(project: Project, user: str) -> Project:
    return replace(project, url=project.url.replace("postgres@", f"{user}@"), events=[])


def test_a_migrator_without_privileges_becomes_the_owner(roles: Project) -> None:
    roles.write("0001.s", "create schema s; create table s.t (a int);")
    roles.write("0002.i", "-- transactional: false\ncreate index concurrently i on s.t (a);")
    migrator = as_user(roles, "test_migrator")
    assert migrator.migrate().applied == ["0001.s", "0002.i"]
    assert migrator.migrate().applied == []
    assert roles.query(
        "select distinct relowner::regrole::text from pg_class"
        " where relnamespace in ('s'::regnamespace, 'pgproof'::regnamespace)"
    ) == [("test_owner",)]
    assert migrator.rollback().rolled_back == ["0002.i"]


def test_a_ledger_made_by_a_superuser_is_the_migrators_too(roles: Project) -> None:
    roles.write("0001.s", "create schema s;")
    roles.migrate()
    roles.write("0002.t", "create table s.t (a int);")
    assert as_user(roles, "test_migrator").migrate().applied == ["0002.t"]


def test_the_owner_may_be_made_by_a_file_run_before(roles: Project, tmp_path: Path) -> None:
    before = tmp_path / "roles.sql"
    before.write_text("do $$ begin if to_regrole('test_late') is null then create role test_late;"
                      " end if; end $$; grant create on schema public to test_late;")  # fmt: skip
    late = roles.with_settings(owner="test_late", before=(before,))
    late.write("0001.t", "create table t (a int);")
    late.migrate()
    try:
        assert late.value("select relowner::regrole::text from pg_class where relname = 't'") == (
            "test_late"
        )
        late.write("0002.u", "create table u (a int);")
        assert late.migrate().repeated == []
    finally:
        late.query("drop owned by test_late cascade; drop role test_late")


def test_one_who_may_not_become_the_owner_is_told_so(roles: Project) -> None:
    roles.write("0001.s", "create schema s;")
    with pytest.raises(RefusedError, match="may not take the role 'test_owner'") as caught:
        as_user(roles, "test_stranger").migrate()
    assert caught.value.hint == "As an administrator: grant test_owner to test_stranger;"


def test_status_and_plan_need_select_alone_and_write_nothing(roles: Project) -> None:
    roles.write("0001.s", "create schema s; create table s.t ();")
    roles.migrate()
    roles.write("0002.u", "alter table s.t add column a int;")
    roles.query(
        "grant usage on schema pgproof to test_reader;"
        "grant select on all tables in schema pgproof to test_reader;"
        "alter role test_reader set default_transaction_read_only = on"
    )
    reader = as_user(roles, "test_reader")
    assert reader.states() == {"0001.s": "applied", "0002.u": "pending"}
    assert [file.id for file in reader.plan().files] == ["0002.u"]


def test_a_ledger_whose_rows_are_hidden_is_not_taken_for_an_empty_one(roles: Project) -> None:
    """Row security forced on every table, as some triggers do, hides it from its owner."""
    roles.write("0001.s", "create schema s;")
    migrator = as_user(roles, "test_migrator")
    migrator.migrate()
    roles.query(
        "alter table pgproof._yoyo_migration enable row level security;"
        "alter table pgproof._yoyo_migration force row level security;"
        "grant usage on schema pgproof to test_reader;"
        "grant select on all tables in schema pgproof to test_reader"
    )
    reader = as_user(roles, "test_reader").with_settings(owner=None)
    for looks in (migrator.states, migrator.migrate, migrator.plan, reader.states):
        with pytest.raises(RefusedError, match="row-level security policy") as caught:
            looks()
        assert caught.value.hint
    assert roles.migrate().already == 1, "row security does not apply to a superuser"


def test_row_security_forced_meanwhile_keeps_no_row_from_the_ledger(roles: Project) -> None:
    roles.write(
        "0001.s",
        "create schema s; alter table pgproof.journal enable row level security;"
        "alter table pgproof.journal force row level security;",
    )
    with pytest.raises(PgproofError, match=r"at the end of the file: .*row-level security"):
        as_user(roles, "test_migrator").migrate()
    assert roles.states() == {"0001.s": "pending"}


def test_who_may_not_make_the_ledger_is_told_what_to_grant(roles: Project) -> None:
    roles.write("0001.s", "select 1;")
    stranger = as_user(roles, "test_stranger").with_settings(owner=None)
    with pytest.raises(RefusedError, match="'test_stranger' may not make the ledger") as caught:
        stranger.migrate()
    grant = str(caught.value.hint).removeprefix("As an administrator: ").split(";")[0]
    roles.query(grant)
    assert stranger.migrate().applied == ["0001.s"]


def test_who_may_not_read_the_ledger_is_told_what_to_grant(roles: Project) -> None:
    roles.write("0001.s", "select 1;")
    roles.migrate()
    with pytest.raises(RefusedError, match='"test_stranger" may not read the ledger') as caught:
        as_user(roles, "test_stranger").states()
    assert 'select on the tables to "test_stranger"' in str(caught.value.hint)


@pytest.mark.parametrize("before", [False, True])
def test_an_owner_that_does_not_exist_is_refused(
    project: Project, tmp_path: Path, before: bool
) -> None:
    file = tmp_path / "before.sql"
    file.write_text("select 1;")
    (tmp_path / "pgproof.toml").write_text('owner = "test_ownr"\n')
    misspelt = project.with_settings(owner="test_ownr", before=(file,) if before else ())
    misspelt.write("0001.t", "create table t ();")
    others = () if before else (misspelt.rollback, lambda: misspelt.baseline("0001.t"))
    for writes in (misspelt.migrate, *others):
        with pytest.raises(InputError, match=r"pgproof\.toml: owner: there is no role 'test_ownr'"):
            writes()
    assert misspelt.states()["0001.t"] == "pending"
    assert project.value("select to_regclass('t') is null")


def test_status_and_plan_make_no_ledger(project: Project) -> None:
    project.write("0001.s", "create schema s;")
    assert project.states() == {"0001.s": "pending"}
    project.plan()
    assert project.migrate(dry_run=True).pending == ["0001.s"]
    assert project.query("select to_regnamespace('pgproof')") == [(None,)]


@pytest.mark.parametrize(
    "name", ["pg_try_advisory_lock(integer, integer)", "pg_advisory_unlock_all()"]
)
def test_who_may_take_no_advisory_lock_is_told_what_to_grant(roles: Project, name: str) -> None:
    roles.write("0001.s", "create schema s;")
    function = f"function pg_catalog.{name}"
    roles.query(f"revoke execute on {function} from public")
    with pytest.raises(RefusedError, match="may not take the runner's lock") as caught:
        as_user(roles, "test_migrator").migrate()
    assert caught.value.hint == f'grant execute on {function} to "test_migrator"'
    roles.query(str(caught.value.hint))
    assert as_user(roles, "test_migrator").migrate().applied == ["0001.s"]


def test_a_transaction_pooler_is_refused(server: Server, project: Project) -> None:
    project.write("0001.s", "create schema s;")
    name = project.value("select current_database()")
    with (
        pooled(server.host, server.port, name, "transaction") as url,
        pytest.raises(RefusedError, match="pooler in transaction mode") as caught,
    ):
        replace(project, url=url).migrate()
    assert caught.value.exit_code == Exit.REFUSED
    assert project.query("select to_regnamespace('pgproof')") == [(None,)]


def test_a_session_pooler_is_as_good_as_none(server: Server, project: Project) -> None:
    project.write("0001.s", "create schema s;")
    name = project.value("select current_database()")
    with pooled(server.host, server.port, name, "session") as url:
        assert replace(project, url=url).migrate().applied == ["0001.s"]


def test_a_server_that_is_not_there_is_a_connection_error(project: Project) -> None:
    project.write("0001.s", "create schema s;")
    with pytest.raises(PgproofError) as caught:
        replace(project, url="postgresql://nobody@127.0.0.1:1/nowhere").migrate()
    assert caught.value.exit_code == Exit.CONNECTION
