"""`tooling restore --into`: one account or one table as it was, and nobody else's."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.tooling.backup.world import World, world
from tooling.errors import Exit

ODD = 'catalog."It\'s a ""table""; --"'
HOSTILE = (
    "app.projects; drop schema app cascade",
    "app.projects'--",
    'app."projects',
    "app.nothing",
    "pg_catalog.pg_class_oid_index",
    "x" * 100_000,
)


@pytest.fixture(scope="module")
def source() -> Iterator[World]:
    """Yield a world whose largest account lost its projects after the backup, at a moment kept."""
    with world() as made:
        for words in (("migrate",), ("seed",), ("generate", "--projects", "60", "--seed", "7")):
            done = made.tooling(*words)
            assert done.returncode == 0, done.stderr
        made.sql(f"create table {ODD} (value int, doubled int generated always as (2 * value)"
                 " stored)")  # fmt: skip
        made.sql(f"insert into {ODD} values (1), (2)")
        made.json("backup", "run")
        ((account, count),) = made.sql(
            "select account_id, count(*) from app.projects group by 1 order by 2 desc limit 1"
        )
        (made.place / "account").write_text(f"{account} {count}")
        ((moment,),) = made.sql("select clock_timestamp()::text")
        (made.place / "moment").write_text(moment)
        time.sleep(0.01)
        made.sql(f"delete from app.projects where account_id = '{account}'")
        made.sql(f"drop table {ODD}")
        made.received()
        yield made


def account_of(source: World) -> tuple[str, int]:
    account, count = (source.place / "account").read_text().split()
    return account, int(count)


def into(source: World, name: str, *words: str) -> tuple[dict[str, int], str]:
    """Make a side database at the moment before the loss; return its rows and its address."""
    moment = (source.place / "moment").read_text()
    done = source.json("restore", "--into", name, "--target-time", moment, *words)
    rows: dict[str, int] = done["rows"]
    return rows, make_conninfo(source.url, dbname=name)


def names(source: World) -> set[str]:
    return {name for (name,) in source.sql("select datname from pg_database")}


def test_an_account_comes_back_as_it_was_and_no_other(source: World) -> None:
    account, count = account_of(source)
    rows, url = into(source, "one_account", "--account", account)
    assert rows["app.projects"] == count
    assert rows["app.project_payloads"] > 0
    for table, number in rows.items():
        query = f"select count(*), count(*) filter (where account_id = '{account}') from {table}"
        assert source.sql(query, url) == [(number, number)]
    assert source.sql("select count(*) from ops.verify_event_chain()", url) == [(0,)]


def test_the_side_database_keeps_rights_and_lets_nobody_in(source: World) -> None:
    account, _ = account_of(source)
    _, url = into(source, "guarded", "--account", account)
    allowed = "select rolname from pg_roles where has_database_privilege(oid, 'guarded', 'connect')"
    refused = f"{allowed} and not rolsuper"
    assert source.sql(refused, url) == []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set role eagle_application")
        assert connection.execute("select count(*) from app.projects").fetchone() == (0,)
        connection.execute("reset role")
        with pytest.raises(psycopg.DatabaseError, match="events are immutable"):
            connection.execute("delete from app.project_events")


def test_a_dropped_table_of_any_name_comes_back_alone(source: World) -> None:
    rows, url = into(source, 'it\'s "odd"; --', "--table", ODD)
    assert list(rows.values()) == [2]
    assert source.sql(f"select value, doubled from {ODD} order by 1", url) == [(1, 2), (2, 4)]
    assert source.sql("select count(*) from app.projects", url) == [(0,)]


def test_the_live_database_is_left_as_it_is(source: World) -> None:
    account, _ = account_of(source)
    query = f"select count(*) from app.projects where account_id = '{account}'"
    into(source, "live", "--account", account, "--table", "app.project_payloads")
    assert source.sql(query) == [(0,)]


def test_deleted_projects_are_brought_back_and_the_log_goes_on(source: World) -> None:
    account, count = account_of(source)
    _, url = into(source, "to_bring_back", "--account", account)
    events = source.sql("select count(*) from app.project_events")[0][0]
    with psycopg.connect(url) as side, psycopg.connect(source.url) as live:
        live.execute("select set_config('app.actor', 'on-call', true)")
        for table in ("app.projects", "app.project_payloads"):
            ((columns,),) = source.sql(
                "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
                f" where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped"
                " and attgenerated = ''"
            )
            read = f"copy (select {columns} from {table}) to stdout".encode()
            write = f"copy {table} ({columns}) from stdin".encode()
            with side.cursor().copy(read) as rows, live.cursor().copy(write) as back:
                for block in rows:
                    back.write(block)
    found = "select * from app.projects order by 1, 2"
    where = found.replace("order", f"where account_id = '{account}' order")
    assert source.sql(where) == source.sql(found, url)
    assert source.sql("select count(*) from app.project_events")[0][0] > events + count
    assert source.sql("select count(*) from ops.verify_event_chain()") == [(0,)]


@pytest.mark.parametrize("table", HOSTILE, ids=lambda text: text[:30])
def test_what_is_no_table_is_refused_and_leaves_nothing(source: World, table: str) -> None:
    before = names(source)
    done = source.tooling("restore", "--into", "nothing", "--table", table)
    assert (done.returncode, done.stderr.count("Traceback")) == (Exit.INPUT, 0), done.stderr
    assert names(source) == before
    assert source.sql("select to_regclass('app.projects') is not null") == [(True,)]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--into", "postgres", "--table", "app.projects"), Exit.REFUSED),
        (("--into", "", "--table", "app.projects"), Exit.INPUT),
        (("--into", "x" * 56, "--table", "app.projects"), Exit.INPUT),
        (("--into", "x"), Exit.USAGE),
        (("--into", "x", "--account", "' or true; --"), Exit.USAGE),
        (("--to", "/x", "--table", "app.projects"), Exit.USAGE),
        (("--into", "x", "--to", "/x", "--table", "app.projects"), Exit.USAGE),
        (("--into", "x", "--table", "app.projects", "--overwrite"), Exit.USAGE),
        (("--into", "x", "--table", "catalog.pricing_configs", "--account",
          "0194f3c0-0000-7000-8000-000000000001"), Exit.INPUT),
    ],
)  # fmt: skip
def test_what_is_not_asked_rightly_is_refused(
    source: World, words: tuple[str, ...], code: Exit
) -> None:
    before = names(source)
    done = source.tooling("restore", *words)
    assert done.returncode == code, done.stderr
    assert names(source) == before


def test_a_role_that_is_no_superuser_is_told_before_anything_is_restored(source: World) -> None:
    url = make_conninfo(source.url, user="eagle_operator")
    done = source.tooling("restore", "--into", "x", "--table", "app.projects", "--dsn", url)
    assert (done.returncode, "is not a superuser" in done.stderr) == (Exit.REFUSED, True), (
        done.stderr
    )


def test_what_was_killed_on_the_way_has_no_name_and_is_cleared(source: World) -> None:
    process = source.start("restore", "--into", "killed", "--table", "app.projects")
    deadline = time.monotonic() + 120
    while "killed.partial" not in names(source):
        assert time.monotonic() < deadline and process.poll() is None, "no side database was begun"
        time.sleep(0.01)
    os.killpg(process.pid, 9)
    process.wait()
    assert "killed" not in names(source)
    into(source, "killed", "--table", "app.projects")
    scratch = Path(source.place.parent).glob(f"eagle-restored-{process.pid}-*")
    assert list(scratch) == []
    assert {name for name in names(source) if name.startswith("killed")} == {"killed"}


def test_a_dry_run_makes_nothing(source: World, tmp_path: Path) -> None:
    before = names(source)
    done = source.json("restore", "--into", "dry", "--table", "app.projects", "--dry-run")
    assert done["backup"] == source.backups()[-1].backup_id
    assert names(source) == before
