"""sql/ (the present) and migrations/ (the past) build the same database."""

import json
import subprocess
import sys

import psycopg
import pytest

from tests.repo.differing import differences
from tests.repo.staging import ROOT, names
from tooling.server.server import Server


def dump(server: Server, url: str, *options: str) -> list[str]:
    """Return what pg_dump says of a database, less what differs from run to run."""
    run = [server.bin_dir / "pg_dump", "--dbname", url, "--exclude-schema=ledger", *options]
    done = subprocess.run(run, capture_output=True, text=True, check=True, env=server.environment())
    lines = done.stdout.splitlines()
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


def load_present(server: Server, url: str) -> None:
    run = [server.bin_dir / "psql", "--quiet", "--dbname", url, "--file", ROOT / "sql/load.psql"]
    done = subprocess.run(
        run, capture_output=True, text=True, check=False, env=server.environment()
    )
    assert done.returncode == 0, done.stderr


def test_the_present_equals_the_past(
    server: Server, empty_database: str, migrated_database: str
) -> None:
    load_present(server, empty_database)
    present = dump(server, empty_database, "--schema-only")
    past = dump(server, migrated_database, "--schema-only")
    assert len(present) > 1000
    assert (found := differences(present, past)) == [], "\n\n".join(found)
    assert present == past


def test_a_difference_names_the_object_and_its_files(
    server: Server, migrated_database: str
) -> None:
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        past = dump(server, migrated_database, "--schema-only")
        connection.execute("alter table app.projects add column priority integer")
        connection.execute("drop index app.projects_account_id_created_at_draft_idx")
        connection.execute("comment on function app.current_actor() is 'Another.'")
    present = dump(server, migrated_database, "--schema-only")
    comment, index, table = (one.splitlines() for one in differences(present, past))
    assert comment[0].startswith("COMMENT app.FUNCTION current_actor() differs; see ")
    assert "sql/app/functions/current_actor.sql, migrations/0027.isolation.sql" in comment[0]
    assert index[0].startswith(
        "INDEX app.projects_account_id_created_at_draft_idx is in migrations alone; see "
        "sql/app/tables/projects.sql, migrations/"
    )
    assert table[0].startswith("TABLE app.projects differs; see sql/app/tables/projects.sql, ")
    assert "+    priority integer," in table


@pytest.mark.parametrize("table", ["ops.table_placements", "ops.partition_policies", "ops.jobs"])
def test_both_roads_declare_the_same_rows(
    server: Server, empty_database: str, migrated_database: str, table: str
) -> None:
    load_present(server, empty_database)
    rows = []
    for url in (empty_database, migrated_database):
        with psycopg.connect(url) as connection:
            query = f"select to_jsonb(t) - 'added_at' from {table} as t"
            rows.append({str(row) for row in connection.execute(query)})
    assert rows[0]
    assert rows[0] == rows[1]


def test_every_file_of_the_present_is_loaded() -> None:
    included = set()
    for script in (ROOT / "sql").rglob("load.psql"):
        for line in script.read_text().splitlines():
            if line.startswith("\\ir "):
                included.add((script.parent / line.removeprefix("\\ir ")).resolve())
    files = set((ROOT / "sql").rglob("*.sql"))
    assert files
    assert sorted(files - included) == []


def test_each_rollback_restores_what_was_before(server: Server) -> None:
    run = [sys.executable, "-m", "tooling", "verify", "--dsn", server.url(), "--json"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout.splitlines()[-1])
    faults = {one["id"]: one["problems"] for one in found["migrations"] if one["problems"]}
    assert faults == {}
    assert [one["id"] for one in found["migrations"]] == names()
    assert done.returncode == 0
