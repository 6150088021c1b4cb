"""What has been applied to a database, wherever that is written: our ledger, or yoyo's."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tooling.migration.folder import Folder
from tooling.migration.ledger import Applied, Ledger, State
from tooling.migration.server import Server

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Known:
    """The ledger's state; `source` is the schema of a yoyo ledger not yet adopted."""

    state: State
    source: str | None = None


def read(connection: Connection, ledger: Ledger, server: Server, folder: Folder) -> Known:
    """Read the state. Writes nothing; needs SELECT on the ledger, or membership in the owner."""
    if server.has_ledger:
        return Known(
            _read_ours(connection, ledger, server.owner if server.may_take_owner else None)
        )
    return _read_yoyo(connection, folder)


def _read_ours(connection: Connection, ledger: Ledger, owner: str | None) -> State:
    try:
        return ledger.read(connection)
    except psycopg.errors.InsufficientPrivilege:
        if owner is None:
            raise
    with connection.transaction():
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        return ledger.read(connection)


def _read_yoyo(connection: Connection, folder: Folder) -> Known:
    found = connection.execute(
        "select n.nspname from pg_catalog.pg_class as c"
        "  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace"
        " where c.relname = '_yoyo_migration' and c.relkind = 'r' order by 1"
    ).fetchall()
    for (schema,) in found:
        from tooling.migration import adopt

        ids = adopt.applied_ids(connection, schema, [m.id for m in folder.migrations])
        if ids:
            applied = {name: Applied(name, None, None, "yoyo") for name in ids}
            return Known(State(applied=applied), schema)
    return Known(State())
