"""The old application on the new schema: what breaks is named, and nothing else."""

import json
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest

from pgproof.compat.compat import compat
from pgproof.compat.looker import Application, Looker
from pgproof.compat.placeholders import numbered
from pgproof.compat.records import Mismatch
from pgproof.compat.statements import of_path
from pgproof.errors import Exit, InputError
from pgproof.scratch.source import Source
from tests.compat_cases import BASE, BREAKING, HARMLESS, STATEMENTS, Case
from tests.project import Project

ROLE = "compat_app"


def asked(folder: Path, text: str = STATEMENTS, **options: object) -> Application:
    file = folder / "app.sql"
    file.write_text(text, encoding="utf-8")
    return Application(of_path(file), role=ROLE, **options)  # type: ignore[arg-type]


def kinds(found: Iterable[Mismatch]) -> set[tuple[str, str]]:
    return {
        (caller.partition(" (")[0], one.kind)
        for one in found
        if one.is_break
        for caller in one.statement.split(", ")
    }


@pytest.mark.timeout(1800)
def test_each_planted_break_is_found_and_nothing_else(empty_database: str, tmp_path: Path) -> None:
    """One database goes from each case to the next: every one is taken back."""
    application = asked(tmp_path)
    wrong = {}
    with psycopg.connect(empty_database, autocommit=True, prepare_threshold=None) as connection:
        connection.execute(BASE)
        looker = Looker(connection, application)
        before = looker.look()
        assert [state.seen.refusal for state in before.values() if state.seen.refusal] == []
        for case in (*BREAKING, *HARMLESS):
            connection.execute(case.up.encode())
            seen = kinds(looker.mismatches("", "", before, looker.look(before)))
            wanted = expected(case, application)
            if seen != wanted:
                wrong[case.name] = (sorted(wanted - seen), sorted(seen - wanted))
            connection.execute(case.down.encode())
            before = looker.look()
    assert wrong == {}
    assert len(BREAKING) >= 30


def expected(case: Case, application: Application) -> set[tuple[str, str]]:
    every = [one.name for one in application.statements]
    return {
        (name, kind)
        for statement, kind in case.breaks
        for name in (every if statement == "*" else [statement])
    }


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("0001.base", BASE, "drop schema shop cascade;")
    project.migrate()
    return project


def test_the_migration_and_the_rollback_that_break_a_statement_are_named(shop: Project) -> None:
    shop.write("0002.more", "create table shop.more (id integer);", "drop table shop.more;")
    shop.write(
        "0003.short",
        "alter table shop.people add short text;",
        "alter table shop.people drop short; alter table shop.people drop born;",
    )
    shop.write("0004.last", "create table shop.last (id integer);", "select 1;")
    application = asked(shop.folder.parent, "-- name: born\nselect born from shop.people;")
    found = compat(shop.url, shop.settings, application)
    assert found.migrations == ("0002.more", "0003.short", "0004.last")
    assert found.stopped is not None and '"last" already exists' in found.stopped
    assert [(one.migration, one.step, one.kind, one.sqlstate) for one in found.breaks] == [
        ("0003.short", "rollback", "fails", "42703")
    ]
    assert found.exit_code == Exit.INCOMPATIBLE
    assert shop.value("select count(born) from shop.people") == 0
    left = "select count(*) from pg_database where datname like 'pgproof_scratch%'"
    assert shop.value(left) == 0


def test_what_the_new_application_needs_is_named(shop: Project) -> None:
    shop.write(
        "0002.phone", "-- irreversible: one way\nalter table shop.people add phone text;", None
    )
    new = asked(
        shop.folder.parent,
        "-- name: phone\nselect phone from shop.people;\n"
        "-- name: fax\nselect fax from shop.people;\n"
        "-- name: name\nselect name from shop.people;",
    )
    found = compat(shop.url, shop.settings, Application((), new.statements, role=ROLE))
    assert [(one.statement, one.migration) for one in found.needed] == [
        ("phone", "0002.phone"),
        ("fax", None),
        ("name", None),
    ]
    assert [one.statement for one in found.needed if one.refusal] == ["fax"]


def test_functions_are_called_by_the_names_of_their_parameters(shop: Project) -> None:
    case = next(one for one in BREAKING if one.name == "parameter of a function renamed")
    shop.write("0002.vat", f"{case.up};", f"{case.down};")
    application = Application((), functions=["shop.*"], role=ROLE)
    found = compat(shop.url, shop.settings, application)
    assert {(one.statement, one.kind) for one in found.breaks} == {("shop.vat()", "fails")}
    assert found.checked == found.statements == 5
    with pytest.raises(InputError, match="no function"):
        compat(shop.url, shop.settings, Application((), functions=["shop.none"]))
    with pytest.raises(InputError, match="no role 'nobody'"):
        compat(shop.url, shop.settings, Application((), functions=["shop.vat"], role="nobody"))


def test_statistics_of_another_database_tell_what_becomes_slower(shop: Project) -> None:
    if server_version(shop) < 18:
        found = compat(shop.url, shop.settings, asked(shop.folder.parent), statistics=shop.url)
        assert ["PostgreSQL 18" in one for one in found.notes] == [True]
        return
    shop.query(
        "insert into shop.orders (person_id, price)"
        " select 1 + n % 20, n % 100 from generate_series(1, 60000) as n;"
        " analyze"
    )
    shop.write(
        "0002.indexes",
        "-- irreversible: one way\n"
        "drop index shop.orders_person_placed; drop index shop.orders_open;"
        " create index on shop.orders (state);"
        " alter table shop.orders rename to purchases;"
        " create view shop.orders as select * from shop.purchases;"
        " grant all on shop.orders to compat_app;",
        None,
    )
    application = asked(
        shop.folder.parent,
        "-- name: open\nselect id from shop.orders where state = 'new'"
        " order by placed_at limit 10;",
    )
    found = compat(shop.url, shop.settings, application, Source(replay=True), statistics=shop.url)
    assert "slower" in {one.kind for one in found.breaks}
    assert found.statistics.startswith("carried over")
    alone = compat(shop.url, shop.settings, application, Source(replay=True))
    assert "slower" not in {one.kind for one in alone.breaks}


def server_version(project: Project) -> int:
    return int(project.value("show server_version_num")) // 10000


def test_the_command_says_what_breaks_and_ends_with_its_code(shop: Project) -> None:
    shop.write("0002.mail", "alter table shop.people rename mail to address;", "select 1;")
    file = shop.folder.parent / "app.sql"
    file.write_text("-- name: mails^\nselect mail from shop.people where id = :id;")
    done = shop.run("compat", "--statements", str(file), "--role", ROLE, "--json")
    assert done.returncode == Exit.INCOMPATIBLE, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["event"], result["exit_code"], result["checked"]) == ("result", 25, 1)
    broken, after = result["breaks"]
    assert "cannot be rolled back and applied again" in result["stopped"]
    assert (broken["statement"], broken["sqlstate"]) == ("mails", "42703")
    assert broken["place"] == f"{file}:2" and broken["message"] == 'column "mail" does not exist'
    assert after["step"] == "rollback"
    shown = shop.run("compat", "--statements", str(file), "--role", ROLE)
    assert "0002.mail  BREAKS" in shown.stdout and "SQLSTATE 42703" in shown.stdout
    assert shop.states()["0002.mail"] == "pending"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select 1;\nselect from from;", ":2: syntax error"),
        ("select 'open;", ":1: unterminated quoted string"),
        ("-- nothing\n", "no statement"),
        (None, "No such file"),
    ],
)
def test_what_is_no_file_of_statements_is_an_input_error(
    tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "app.sql"
    if text is not None:
        file.write_text(text)
    with pytest.raises(InputError) as caught:
        of_path(file)
    assert said in caught.value.message and caught.value.hint
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no file of SQL"):
        of_path(tmp_path / "empty")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("select a[1:n] from t where id = :id or id = :id", None),
        ("select * from t where q = %(foo)s and z = %s", "select * from t where q = $1 and z = $2"),
        ("select * from t where y=@y and d ?| @z", "select * from t where y=$1 and d ?| $2"),
        (
            "select * from t where w=? and d ? 'k' and v in (?, ?)",
            "select * from t where w=$1 and d ? 'k' and v in ($2, $3)",
        ),
        ("select :'a'::text || ':b'", "select $1::text || ':b'"),
        ("select now() - interval $1 limit $2", "select now() - $1::interval limit $2"),
        ("select d ? 'k', 7 % s from t", "select d ? 'k', 7 % s from t"),
        ("select * from t where a <@ b", "select * from t where a <@ b"),
    ],
)
def test_parameters_of_drivers_become_those_of_the_server(written: str, sent: str | None) -> None:
    wanted = sent or "select a[1:n] from t where id = $1 or id = $1"
    assert numbered(written) == wanted
