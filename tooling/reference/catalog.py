"""What the schema page tells, read from the catalogue of a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from tooling.database import Connection
from tooling.errors import ToolingError
from tooling.reference.queries import QUERIES

Row = Mapping[str, Any]

_SCHEMAS = """
    select nspname
      from pg_namespace
     where nspname !~ '^pg_'
       and nspname not in ('information_schema', 'public')
       and nspname <> all (%s)
"""


@dataclass(frozen=True)
class Catalog:
    """The answers to QUERIES, by name, in the order of the page."""

    rows: Mapping[str, Sequence[Row]]

    def of(self, kind: str, relation: Row) -> list[Row]:
        """Return the rows of a kind that belong to a relation."""
        return [row for row in self.rows[kind] if row["relation"] == relation["relation"]]

    def in_schema(self, kind: str, schema: str) -> list[Row]:
        """Return the rows of a kind that belong to a schema."""
        return [row for row in self.rows[kind] if row["schema"] == schema]


def read(connection: Connection, *, without: Sequence[str] = ()) -> Catalog:
    """Read all schemas but the server's own, `public` and those of `without`; writes nothing.

    The answer is the same on every supported server and in every month: partitions by range, and
    the owner's own rights, are left out. Raises ToolingError if nothing is left.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute("set local search_path to pg_catalog")
        schemas = [row["nspname"] for row in cursor.execute(_SCHEMAS, [list(without)])]
        if not schemas:
            raise ToolingError(
                f"the database {connection.info.dbname} has no schema to describe",
                hint="Apply the migrations first: `tooling migrate`.",
            )
        asked: dict[str, Any] = {"schemas": schemas, "relations": [], "roles": []}
        rows: dict[str, list[Row]] = {}
        for name, query in QUERIES.items():
            rows[name] = list(cursor.execute(query, asked).fetchall())
            if name == "relations":
                asked["relations"] = [row["relation"] for row in rows[name]]
            if name == "functions":
                asked["roles"] = sorted(_roles(rows))
    return Catalog(rows)


def _roles(rows: Mapping[str, Sequence[Row]]) -> set[str]:
    """Return every role that a right or a policy names."""
    named = {row["role"] for row in rows["grants"]}
    for kind in ("schemas", "policies", "functions"):
        for row in rows[kind]:
            named.update(row["roles"])
    return named - {"public"}
