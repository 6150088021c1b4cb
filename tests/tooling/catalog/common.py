"""What the tests of imports share."""

import subprocess
import sys
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
FINGERPRINT = """
select coalesce(string_agg(t::text, e'\n' order by t::text), '') as said from (
    select standard, edition, grade, shape, shape_type, dimensions, properties, doubts, source,
           import_id, source_sheet, source_row, other_sources
      from catalog.material_catalog
     union all
    select import_id::text, kind, edition, file_name, file_sha256, changes, null, sheets, null,
           import_id, null, rows_read, null
      from catalog.imports
) as t
"""
RESULT_KEYS = ["edition", "read", "inserted", "changed", "unchanged", "rejected"]


def fingerprint(connection: Connection) -> str:
    return str(connection.execute(FINGERPRINT).fetchone()["said"])


def tooling(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "tooling", *arguments, "--dsn", url]
    return subprocess.run(run, capture_output=True, text=True, check=False)
