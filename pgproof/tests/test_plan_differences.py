"""The plan shows what changes in functions, views, policies and rights, as a diff."""

import pytest

from pgproof.ahead.page import markdown
from tests.project import Project
from tests.test_plan import TABLES


@pytest.fixture
def tables(project: Project) -> Project:
    project.query(TABLES)
    return project


def difference(project: Project) -> list[str]:
    """Return the changed lines of the definitions that pending statements change."""
    statements = [one for file in project.plan().files for one in file.statements]
    return [
        line
        for one in statements
        for line in one.difference
        if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]


SCORE = """
create or replace function score(id int, name text) returns int
    language plpgsql {} set search_path = pg_catalog, pg_temp
as $$
begin
    return {};
end
$$;
"""


def test_a_plan_shows_what_changes_in_a_function(tables: Project) -> None:
    tables.query(SCORE.format("stable", "id"))
    tables.query("create function score(id int) returns int language sql as 'select 1'")
    tables.write("0001.a", SCORE.format("stable", "id"))
    assert difference(tables) == []
    tables.write("0002.b", SCORE.format("stable security definer", "id + 1"))
    tables.write("0003.c", SCORE.format("stable security definer", "id + 2"))
    assert difference(tables) == [
        "-    language plpgsql stable set search_path = pg_catalog, pg_temp",
        "+    language plpgsql stable security definer set search_path = pg_catalog, pg_temp",
        "-    return id;",
        "+    return id + 1;",
        "-    return id + 1;",
        "+    return id + 2;",
    ], "the files of migrations come before the database"
    assert "  +    return id + 2;" in tables.run("plan").stdout


def test_a_plan_compares_with_the_database_what_no_migration_created(tables: Project) -> None:
    tables.query(SCORE.format("stable", "id"))
    tables.write("0001.a", SCORE.format("stable security definer", "id + 1"))
    assert difference(tables) == [
        "-security invoker",
        "+security definer",
        "-    return id;",
        "+    return id + 1;",
    ]
    assert "```diff\n--- public.score in the database" in markdown(tables.plan())


def test_a_plan_shows_what_changes_in_a_view_or_a_policy(tables: Project) -> None:
    tables.query("create policy mine on t for select using (id > 0)")
    tables.write("0001.a", "create or replace view v as\n SELECT 2 AS a;")
    tables.write("0002.b", "drop policy mine on t; create policy mine on t using (true);")
    shown = difference(tables)
    assert ("- SELECT 1 AS a;" in shown, "+ SELECT 2 AS a" in shown) == (True, True)
    assert "-    using ((id > 0))" in shown
    assert "+create policy mine on t using (true)" in shown
    tables.write("0003.c", "alter policy po on t using (n > 0);")
    shown = tables.run("plan").stdout
    assert "   create policy po on t\n" in shown, "the present definition stands around"
    assert "  +alter policy po on t using (n > 0)\n" in shown


def test_what_is_new_has_no_difference(tables: Project) -> None:
    tables.write("0001.a", SCORE.format("stable", "id") + "create view w as select 1;")
    assert difference(tables) == []


def test_a_plan_shows_which_rights_come_and_go(tables: Project) -> None:
    tables.query("grant select, update on t to pg_monitor")
    tables.query("grant insert on t to pg_read_all_data with grant option")
    tables.write("0001.a", "grant select, delete on t to pg_monitor;")
    tables.write("0002.b", "revoke all on t from pg_monitor;")
    tables.write("0003.c", "revoke grant option for insert on t from pg_read_all_data;")
    assert difference(tables) == [
        "+delete to pg_monitor",
        "-delete to pg_monitor",
        "-select to pg_monitor",
        "-update to pg_monitor",
        "-insert to pg_read_all_data with grant option",
        "+insert to pg_read_all_data",
    ]
