"""Whether the objects of the database are those that its migrations make."""

import difflib
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgproof.run.migrate import migrate
from tooling import fingerprint
from tooling.database import connect
from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning
from tooling.server import embedded

_SHOWN = 10
# Partitions by month come and go by the clock; their tables are compared.
_MONTHS = """
select format('%I.%I', n.nspname, c.relname)
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  join pg_catalog.pg_inherits as h on h.inhrelid = c.oid
  join pg_catalog.pg_partitioned_table as p on p.partrelid = h.inhparent
 where c.relispartition
   and c.relkind = 'r'
   and p.partstrat = 'r'
"""


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    with _scratch(connection, given) as scratch:
        if scratch is None:
            yield warning(
                f"not checked: there is no scratch server of PostgreSQL {_major(connection)}",
                "Name one where databases may be made: --scratch URL",
            )
            return
        migrate(scratch, given.settings)
        declared, found = _objects(scratch, given), _objects(given.conninfo, given)
    changes = [
        line
        for line in difflib.unified_diff(declared, found, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    for line in changes[:_SHOWN]:
        what = "there and not declared" if line.startswith("+") else "declared and not there"
        yield error(f"{what}: {line[1:]}", "Bring it in by a migration, or undo it.")
    if len(changes) > _SHOWN:
        yield error(f"and {len(changes) - _SHOWN} lines more", "Compare with pg_dump.")


def _objects(conninfo: str, given: Given) -> list[str]:
    with connect(conninfo, autocommit=True) as connection:
        months = [str(name) for (name,) in connection.execute(_MONTHS).fetchall()]
    return fingerprint.catalog(
        conninfo, exclude_schemas=[given.settings.ledger_schema], exclude_tables=months
    ).splitlines()


@contextmanager
def _scratch(connection: Connection, given: Given) -> Iterator[str | None]:
    """Yield the connection string of an empty database of the same version, thrown away later."""
    name = f"scratch_{secrets.token_hex(6)}"
    with ExitStack() as stack:
        url = given.scratch or stack.enter_context(embedded.temporary_server()).url()
        admin = stack.enter_context(psycopg.connect(url, autocommit=True))
        if _major(admin) != _major(connection):
            yield None
            return
        admin.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        try:
            yield make_conninfo(url, dbname=name)
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _major(connection: Connection) -> int:
    return connection.info.server_version // 10000


CHECK = Check("schema", "Objects as the migrations make them, and no others.", _look)
