"""Which server a command talks to, and how it connects."""

import os
from typing import Any

import psycopg

from pgproof.errors import ConnectionFailedError

WORKER = "pgproof migrate"
KEEPER = "pgproof migrate (lock)"
"""The application names of a runner's two connections; a ledger's key follows the first."""

_PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGDATABASE")


def given(dsn: str | None = None) -> str | None:
    """Return the libpq connection string of `dsn`, DATABASE_URL or the PG* variables, in order.

    None if none of them is there.
    """
    if dsn:
        return dsn
    if url := os.environ.get("DATABASE_URL"):
        return url
    return "" if any(os.environ.get(name) for name in _PG_VARIABLES) else None


def connect(conninfo: str, **options: Any) -> psycopg.Connection[Any]:
    """Open a connection. Raises ConnectionFailedError.

    `options` are psycopg's own (`autocommit`, `row_factory`) and libpq's keywords.
    """
    try:
        return psycopg.connect(conninfo, **options)
    except psycopg.OperationalError as error:
        raise ConnectionFailedError(
            f"cannot connect: {str(error).strip()}",
            hint="Check host, port, user and database, and that the server is running.",
        ) from error
    except psycopg.ProgrammingError as error:
        raise ConnectionFailedError(
            f"not a connection string: {str(error).strip()}",
            hint="Use postgresql://user@host:port/database or libpq's key=value form.",
        ) from error
