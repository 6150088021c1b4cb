"""Taking over a database that yoyo migrated: its rows are copied, and hashes filled in."""

from psycopg import sql
from yoyo.backends.core.postgresql import (  # type: ignore[import-untyped]
    PostgresqlPsycopgBackend,
)

from pgproof.connection import Connection
from pgproof.errors import RefusedError
from pgproof.files.script import Migration
from pgproof.ledger import marks
from pgproof.ledger.state import GUARD
from pgproof.ledger.tables import Ledger


class YoyoLedger(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo's own backend, on a connection of ours and on tables of one named schema. Reads only."""

    def __init__(self, connection: Connection, schema: str):
        self._given = connection
        self._of = schema
        super().__init__(schema, "_yoyo_migration")

    def connect(self, _uri: str) -> Connection:
        """Return the connection given."""
        return self._given

    @property
    def migration_table_quoted(self) -> str:
        """The qualified name of the ledger's table."""
        return sql.Identifier(self._of, self.migration_table).as_string()

    def ensure_internal_schema_updated(self) -> None:
        """Refuse the tables of yoyo before version 6 instead of changing them."""
        found = self.connection.execute(
            "select exists (select from pg_catalog.pg_attribute"
            " where attrelid = %s::regclass and attname = 'migration_hash')",
            [self.migration_table_quoted],
        ).fetchone()
        if found != (True,):
            raise RefusedError(
                f"{self.migration_table_quoted} has the columns of yoyo before version 6",
                hint="Run `yoyo list` of a newer yoyo once; it brings the table up to date. If the"
                " ledger is another application's, say so: --adopt none.",
            )


def applied_ids(connection: Connection, schema: str, known: list[str]) -> list[str]:
    """Return which of the `known` migrations yoyo's ledger in `schema` names; [] if none.

    With any of them applied, names that are not known are returned too: their files are gone.
    """
    with connection.transaction():
        connection.execute(GUARD)
        backend = YoyoLedger(connection, schema)
        hashes = backend.get_applied_migration_hashes()
    names = {marks.yoyo_hash(name): name for name in known}
    if not any(found in names for found in hashes):
        return []
    rows = connection.execute(
        sql.SQL("select migration_hash, migration_id from {}").format(
            sql.Identifier(schema, "_yoyo_migration")
        )
    ).fetchall()
    labels = dict(rows)
    return [names.get(found, labels[found]) for found in hashes]


def copy(ledger: Ledger, source: str) -> str:
    """Return the statements that copy yoyo's rows from schema `source` into the ledger."""
    if source == ledger.schema:
        return ""
    return "".join(
        sql.SQL("insert into {} select * from {} on conflict do nothing;")
        .format(sql.Identifier(ledger.schema, table), sql.Identifier(source, table))
        .as_string()
        for table in ("_yoyo_migration", "_yoyo_log")
    )


def hashes(ledger: Ledger, migrations: tuple[Migration, ...]) -> str:
    """Return the statements that record the hashes of files that yoyo applied."""
    return "; ".join(
        marks.mark(ledger, migration, how="adopted", operation="mark") for migration in migrations
    )
