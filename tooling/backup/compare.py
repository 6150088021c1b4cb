"""What a restored database must pass: the same rows and objects, sound pages, chains, answers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tooling import accounts, fingerprint
from tooling.audit.verify import verify as verify_chains
from tooling.backup import programs
from tooling.database import connect, connect_owner
from tooling.queries.application import QUERIES
from tooling.queries.parameters import choose, prepared

_TABLES = """
select n.nspname, c.relname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'm')
   and c.relpersistence = 'p'
   and c.relispopulated
   and n.nspname !~ '^pg_'
   and n.nspname <> 'information_schema'
 order by 1, 2"""
_SUM = """
select count(*), coalesce(sum(pg_catalog.hashtextextended(t::text, 0)::numeric), 0)::text
  from {} as t"""
_INTEGRITY = "select check_name, severity, violations from ops.check_integrity()"
_EXISTS = "select to_regprocedure(%s) is not null"

Rows = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Check:
    """One check of a restored database: whether it passed, what was seen, and seconds."""

    name: str
    passed: bool
    seen: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def timed(name: str, look: Callable[[], tuple[bool, str]]) -> Check:
    """Make a check; an error of the server is a check that did not pass."""
    began = time.monotonic()
    try:
        passed, seen = look()
    except psycopg.Error as error:
        passed, seen = False, str(error).strip().splitlines()[0]
    return Check(name, passed, seen, round(time.monotonic() - began, 2))


def rows(connection: psycopg.Connection[Any]) -> Rows:
    """Return rows and a checksum of the rows of each table that is logged and filled.

    The checksum is the sum of a 64-bit hash of each row, whatever their order.
    """
    connection.execute("set local timezone = 'UTC'")
    found = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        query = sql.SQL(_SUM).format(sql.Identifier(schema, table))
        count, total = connection.execute(query).fetchall()[0]
        found[f"{schema}.{table}"] = (int(count), str(total))
    return found


def same_rows(source: Rows, copy: Rows) -> tuple[bool, str]:
    """Compare rows and checksums; name the first tables that differ."""
    names = sorted(source.keys() | copy.keys())
    differ = [name for name in names if source.get(name) != copy.get(name)]
    total = sum(count for count, _ in copy.values())
    if differ:
        return False, f"{len(differ)} of {len(names)} tables differ: {', '.join(differ[:5])}"
    return True, f"{total:,} rows in {len(names)} tables"


def same_objects(source: str, copy: str, bin_dir: Path) -> tuple[bool, str]:
    """Compare what pg_dump says of two databases' objects; `source` is its text already."""
    found = fingerprint.catalog(copy, pg_dump=bin_dir / "pg_dump")
    if found == source:
        return True, f"{len(found.splitlines()):,} lines of definitions"
    pairs = zip(source.splitlines(), found.splitlines(), strict=False)
    first = next((f"{a!r} is {b!r}" for a, b in pairs if a != b), "one is longer")
    return False, f"definitions differ: {first[:200]}"


def sound_pages(url: str, bin_dir: Path) -> tuple[bool, str]:
    """Run pg_amcheck over every table and index of every database of the server."""
    words = ("--all", "--install-missing", "--jobs=2", f"--maintenance-db={url}")
    done = programs.run(bin_dir, "pg_amcheck", *words)
    lines = (done.stdout + done.stderr).strip().splitlines()
    said = [line for line in lines if not line.startswith("NOTICE:")]
    return done.returncode == 0, said[0][:200] if said else "no damage"


def sound_chains(connection: psycopg.Connection[Any]) -> tuple[bool, str]:
    """Recompute every chain of events."""
    if not _has(connection, "ops.verify_event_chain(uuid, uuid)"):
        return True, "this database has no chains"
    events, problems = verify_chains(connection)
    return not problems, f"{events:,} events, {len(problems)} problems"


def sound_data(connection: psycopg.Connection[Any]) -> tuple[bool, str]:
    """Run the integrity checks of the database, if it has them."""
    if not _has(connection, "ops.check_integrity(boolean)"):
        return True, "this database has no ops.check_integrity()"
    found = connection.execute(_INTEGRITY).fetchall()
    bad = [f"{name}: {violations}" for name, severity, violations in found
           if severity == "error" and violations]  # fmt: skip
    return (
        not bad,
        f"{len(found)} checks, {len(bad)} with errors{': ' if bad else ''}{', '.join(bad)}",
    )


def answers(url: str) -> tuple[bool, str]:
    """Ask each query of the application once, for an account that has a saved design."""
    with connect_owner(url, autocommit=True) as owner:
        if not _has(owner, "app.list_projects(uuid, app.project_status, integer)"):
            return True, "this database has no projects"
        saved = owner.execute("select count(*) from app.project_payloads").fetchone()
        if saved == (0,):
            return True, "there is no saved design to ask for"
        try:
            parameters = choose(owner, datetime.now(UTC))[0]
        except IndexError:
            return True, "no account has what the queries ask for"
        token = accounts.token(owner, parameters.account)
    counts = []
    with connect(url, role="eagle_application", autocommit=True) as connection:
        for query in QUERIES.values():
            with prepared(connection, query, parameters, token) as asked:
                counts.append(len(connection.execute(asked).fetchall()))
    return True, f"{len(counts)} queries answered with {sum(counts)} rows"


def _has(connection: psycopg.Connection[Any], function: str) -> bool:
    try:
        return connection.execute(_EXISTS, [function]).fetchone() == (True,)
    except (psycopg.errors.UndefinedObject, psycopg.errors.InvalidSchemaName):
        return False
