"""postgres_exporter reads statistics as eagle_exporter, and no table, whatever it is asked for."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.monitoring.api import free_ports
from tests.monitoring.programs import EXPORTER, MONITORING, program

FLAGS = sorted((MONITORING / "exporter").glob("*.flags"))
QUERY = """
{name}:
  query: "select count(*) as rows from {table}"
  metrics:
    - rows:
        usage: GAUGE
        description: Rows.
"""


def scrape(database: str, folder: Path, queries: str) -> str:
    """Return what the exporter serves that has these queries beside its own."""
    (port,) = free_ports(1)
    (folder / "queries.yml").write_text(queries)
    flags = (MONITORING / "exporter/debian.flags").read_text().replace(":9187", f":{port}")
    (folder / "flags").write_text(f"{flags}--extend.query-path={folder / 'queries.yml'}\n")
    source = make_conninfo(database, user="eagle_exporter", sslmode="disable")
    process = subprocess.Popen(
        [program(EXPORTER), f"@{folder / 'flags'}"],
        env={**os.environ, "DATA_SOURCE_NAME": source},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as read:
                    return str(read.read().decode())
            except urllib.error.URLError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    finally:
        process.terminate()
        process.wait()


def test_statistics_are_served(migrated_database: str, tmp_path: Path) -> None:
    said = scrape(migrated_database, tmp_path, QUERY.format(name="mine", table="pg_stat_activity"))
    database = conninfo_to_dict(migrated_database)["dbname"]
    assert "pg_up 1" in said
    assert f'pg_stat_activity_count{{datname="{database}"' in said
    assert "mine_rows{" in said
    assert "pg_exporter_last_scrape_error 0" in said


def test_no_table_is_read_through_the_exporter(migrated_database: str, tmp_path: Path) -> None:
    with psycopg.connect(migrated_database) as connection:
        tables = connection.execute(
            "select format('%I.%I', n.nspname, c.relname) from pg_class as c"
            "  join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname in ('app', 'catalog', 'ops', 'ledger')"
            "   and c.relkind in ('r', 'p', 'v', 'm')"
        ).fetchall()
    assert len(tables) > 20
    queries = [QUERY.format(name=f"table{n}", table=table) for n, (table,) in enumerate(tables)]
    said = scrape(migrated_database, tmp_path, "".join(queries))
    assert "pg_up 1" in said
    assert "_rows{" not in said
    assert "pg_exporter_last_scrape_error 1" in said


@pytest.mark.parametrize("file", FLAGS, ids=lambda file: file.name)
def test_flags_are_flags(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not line.startswith("--")] == []
    assert any(line.endswith(":9187") for line in lines)
    assert "queries" not in "".join(lines)
