"""Signed accounts: the keys by command, the API's code of the docs, and a pooler between."""

import stat
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import conninfo

from pgbouncer import pooled
from tests.repo.documentation.pages import ROOT, blocks
from tooling import accounts
from tooling.backup import compare
from tooling.cli import group
from tooling.database import work_for
from tooling.errors import Exit, InputError, RefusedError
from tooling.server.embedded import Server

ANA = "a0000000-0000-7000-8000-000000000001"
BOB = "b0000000-0000-7000-8000-000000000001"
PAGE = ROOT / "docs/how-to/sign-accounts.md"
Begin = Callable[..., None]


@pytest.fixture(scope="module")
def begin() -> Begin:
    """Return the function that the docs give to the API."""
    (block,) = blocks(PAGE, "python")
    names: dict[str, Begin] = {}
    exec(compile(block.text, block.place, "exec"), names)
    assert len([line for line in block.text.splitlines() if line.strip()]) <= 10
    return names["begin"]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "account.key"


@pytest.fixture
def signed(migrated_database: str, key: Path) -> str:
    """Return a database that requires signed accounts; Ana and Bob have a project each."""
    with psycopg.connect(migrated_database) as admin:
        admin.execute((ROOT / "sql/roles.sql").read_bytes())
        for account in (ANA, BOB):
            admin.execute(
                "insert into app.projects (account_id, name, created_by, updated_by)"
                " values (%s, 'Sign', 'x', 'x')",
                [account],
            )
    tooling(migrated_database, "add-key", "k1", str(key))
    tooling(migrated_database, "require")
    return migrated_database


def tooling(url: str, *arguments: str) -> str:
    done = CliRunner().invoke(group, ["account", *arguments, "--dsn", url], standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


@pytest.fixture
def application(signed: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    url = conninfo.make_conninfo(signed, user="eagle_application")
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


def secret(file: Path) -> bytes:
    return bytes.fromhex(file.read_text())


def seen(connection: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
    rows = connection.execute("select distinct account_id from app.projects").fetchall()
    return [str(account) for (account,) in rows]


def test_the_code_of_the_docs_begins_the_work_of_an_account(
    application: "psycopg.Connection[tuple[object, ...]]", begin: Begin, key: Path
) -> None:
    assert seen(application) == []
    begin(application, uuid.UUID(ANA), "ana@example.com", "k1", secret(key))
    assert seen(application) == [ANA]
    application.commit()
    assert seen(application) == [], "it ends with the transaction"


def test_what_is_not_signed_is_told_so_with_a_code_of_its_own(
    application: "psycopg.Connection[tuple[object, ...]]", begin: Begin, key: Path
) -> None:
    for wrong in (
        {"key_name": "k2", "secret": secret(key)},
        {"key_name": "k1", "secret": bytes(32)},
        {"key_name": "k1", "secret": secret(key), "seconds": -1},
    ):
        with pytest.raises(psycopg.Error) as refused:
            begin(application, ANA, "ana@example.com", **wrong)
        assert refused.value.sqlstate == "ES007"
        application.rollback()


def test_behind_a_pooler_no_account_is_left_for_the_next_transaction(
    server: Server, signed: str, begin: Begin, key: Path
) -> None:
    database = str(conninfo.conninfo_to_dict(signed)["dbname"])
    with (
        pooled(
            *(str(server.socket_dir), str(server.port), database, "transaction"),
            user="eagle_application",
            size=1,
        ) as url,
        psycopg.connect(url, prepare_threshold=None) as ana,
        psycopg.connect(url, prepare_threshold=None) as bob,
    ):
        begin(ana, ANA, "ana@example.com", "k1", secret(key))
        (mine,) = ana.execute("select pg_backend_pid()").fetchall()
        assert seen(ana) == [ANA]
        ana.commit()
        assert bob.execute("select pg_backend_pid()").fetchall() == [mine]
        bob.execute(f"set app.account_id = '{ANA}'")
        assert seen(bob) == [], "the same session of the server, and another transaction"
        begin(bob, BOB, "bob@example.com", "k1", secret(key))
        assert seen(bob) == [BOB]


def test_the_actor_of_an_event_is_the_signed_one(
    application: "psycopg.Connection[tuple[object, ...]]", begin: Begin, key: Path
) -> None:
    begin(application, ANA, "ana@example.com", "k1", secret(key))
    application.execute("set local app.actor = 'boss@example.com'")
    application.execute("update app.projects set name = 'New', updated_by = 'boss@example.com'")
    rows = application.execute(
        "select actor from app.project_events where event_type <> %s", ["project.created"]
    ).fetchall()
    assert set(rows) == {("ana@example.com",)}


def test_a_key_is_replaced_without_a_gap(
    signed: str, application: "psycopg.Connection[tuple[object, ...]]", begin: Begin, key: Path
) -> None:
    new = key.with_name("new.key")
    tooling(signed, "add-key", "k2", str(new))
    for name, file in (("k1", key), ("k2", new)):
        begin(application, ANA, "ana@example.com", name, secret(file))
        application.commit()
    with pytest.raises(psycopg.Error, match="two keys are valid already"):
        tooling(signed, "add-key", "k3", str(key.with_name("third.key")))
    tooling(signed, "remove-key", "k1")
    with pytest.raises(psycopg.Error, match="not signed"):
        begin(application, ANA, "ana@example.com", "k1", secret(key))
    with pytest.raises(psycopg.Error, match="the only key"):
        tooling(signed, "remove-key", "k2")
    assert tooling(signed, "status").splitlines()[0] == "signature  required"
    tooling(signed, "require", "--off")
    assert '"is_required": false' in tooling(signed, "status", "--json")


def test_a_secret_is_made_once_and_only_for_its_owner(key: Path) -> None:
    made = accounts.secret_in(key)
    assert len(made) == accounts.SECRET_BYTES
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert accounts.secret_in(key) == made
    key.chmod(0o640)
    with pytest.raises(RefusedError, match="can be read by others"):
        accounts.secret_in(key)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31, "ab" * 65, "ab" * 31 + "a"])
def test_a_file_without_a_secret_is_refused(key: Path, text: str) -> None:
    key.write_text(text)
    key.chmod(0o600)
    with pytest.raises(InputError, match="line 1: not a secret") as refused:
        accounts.secret_in(key)
    assert refused.value.exit_code == Exit.INPUT


def test_the_toolkit_signs_what_it_asks_itself(signed: str) -> None:
    with psycopg.connect(signed) as owner:
        owner.execute("set role eagle_owner")
        token = accounts.token(owner, ANA)
    url = conninfo.make_conninfo(signed, user="eagle_application")
    with psycopg.connect(url) as connection:
        work_for(connection, ANA, token)
        assert seen(connection) == [ANA]
    assert compare.answers(signed)[0]
