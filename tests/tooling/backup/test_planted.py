"""Code that the owner planted runs as no superuser of a restored copy, or of a side database."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.tooling.backup.world import World, world

# A superuser's session leaves a file on the server's machine.
PLANT = """
create function ops.plant() returns boolean language plpgsql volatile as $$
begin
    if (select rolsuper from pg_catalog.pg_roles where rolname = session_user) then
        begin
            execute 'reset role';
            execute format('copy (select 1) to %L', {file});
        exception
            when others then
                null;
        end;
    end if;
    return true;
end $$;
grant execute on function ops.plant() to public;
grant usage on schema ops to public;
alter table app.projects add constraint planted check (ops.plant());
create function ops.as_text(app.projects) returns text language plpgsql as
    'begin perform ops.plant(); return $1.project_id; end';
create cast (app.projects as text) with function ops.as_text(app.projects);
grant execute on function ops.as_text(app.projects) to public;
create or replace function app.current_account_id() returns uuid language plpgsql stable as
    'begin perform ops.plant();
     return nullif(current_setting(''app.account_id'', true), '''')::uuid; end';
create or replace function app.snapshot_sha256(config jsonb, files jsonb, cost_snapshot jsonb)
    returns text language plpgsql immutable as
    'begin perform ops.plant(); return repeat(''0'', 64); end';
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """Yield a world whose owner planted code before its backup, and the file that would tell."""
    folder = tmp_path_factory.mktemp("told")
    for one in (folder, *folder.parents[:3]):
        one.chmod(0o777)
    file = folder / "planted"
    with world() as made:
        for words in (("migrate",), ("seed",), ("generate", "--projects", "30", "--seed", "7")):
            done = made.tooling(*words)
            assert done.returncode == 0, done.stderr
        url = made.url.replace("postgres@", "eagle_migrator@")
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("set role eagle_owner")
            text = PLANT.replace("{file}", sql.Literal(str(file)).as_string(owner))
            owner.execute(text.encode())
        made.sql("select ops.plant()")
        assert file.exists()
        file.unlink()
        made.json("backup", "run")
        yield made, file


def test_a_drill_runs_it_as_no_superuser(planted: tuple[World, Path]) -> None:
    source, file = planted
    done = source.tooling("dr-test", "--json")
    assert '"name": "queries"' in done.stdout, done.stderr
    assert not file.exists()


def test_a_side_database_is_filled_as_no_superuser(planted: tuple[World, Path]) -> None:
    source, file = planted
    source.json("restore", "--into", "aside", "--table", "app.projects")
    assert not file.exists()
    url = source.url.replace("/postgres?", "/aside?")
    assert source.sql("select count(*) from app.projects", url) == [(30,)]
    assert source.sql(
        "select has_database_privilege('eagle_migrator', 'aside', 'connect')", url
    ) == [(False,)]
    assert not file.exists()
