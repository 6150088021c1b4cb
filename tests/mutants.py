"""Break every object of the schema, and count what its tests notice: `make mutants`.

Writes build/mutants.json, and goes on where a run was stopped. The database is migrated and seeded
as for `make sql-tests`, on a server that flushes nothing to disk.

python -m tests.mutants [--changed REV]
"""

import argparse
import json
import sys
from dataclasses import replace

import psycopg

from pgproof.errors import PgproofError
from pgproof.mutate.mutate import Choice, mutate
from pgproof.settings import load
from tests import run_pgtap, servers
from tooling import printing

REPORT = servers.BUILD / "mutants.json"


def main(arguments: list[str]) -> int:
    """Return 0 if every mutant is killed or excused."""
    parser = argparse.ArgumentParser(description="Break every object of the schema.")
    parser.add_argument("--changed", metavar="REV", help="only what changed since this revision")
    changed = parser.parse_args(arguments).changed
    settings = replace(load(servers.ROOT), journal=servers.BUILD / "mutants.jsonl")
    with run_pgtap.prepared(servers.EMBEDDED) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            for name in ("fsync", "full_page_writes"):
                connection.execute(f"alter system set {name} = off".encode())
            connection.execute("select pg_reload_conf()")
        choice = Choice(template=run_pgtap.DATABASE, changed=changed)
        try:
            found = mutate(server.url(), settings, choice)
        except PgproofError as error:
            printing.fail(error.message, error.hint)
            return int(error.exit_code)
    REPORT.write_text(json.dumps(found.as_dict(), indent=1) + "\n", encoding="utf-8")
    return int(found.exit_code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
