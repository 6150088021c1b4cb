"""Which server a command talks to, and how it connects."""

import os
from typing import Any

import psycopg
from psycopg import sql

from tooling.errors import ConnectionFailedError

_PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGDATABASE")


def resolve(dsn: str | None = None) -> str:
    """Return the libpq connection string to use.

    The order is: `dsn`, DATABASE_URL, the PG* variables, the running embedded server.
    Raises ConnectionFailedError if none of them is there.
    """
    if dsn:
        return dsn
    if url := os.environ.get("DATABASE_URL"):
        return url
    if any(os.environ.get(name) for name in _PG_VARIABLES):
        return ""
    from tooling import embedded

    if url := embedded.running_url():
        return url
    raise ConnectionFailedError(
        "no database to connect to",
        hint="Start the embedded server with `tooling db start`, or give --dsn or DATABASE_URL.",
    )


def work_for(connection: psycopg.Connection[Any], account: str) -> None:
    """Set the connection's transaction to an account, whose rows are then those it sees.

    By a statement, since the nodes of a distributed database hear of no call of set_config().
    """
    connection.execute(sql.SQL("set local app.account_id = {}").format(account))


def connect(dsn: str | None = None, **options: Any) -> psycopg.Connection[Any]:
    """Open a connection to the resolved server. Raises ConnectionFailedError.

    `options` are psycopg's own (`autocommit`, `row_factory`) and libpq's keywords.
    """
    conninfo = resolve(dsn)
    try:
        return psycopg.connect(conninfo, **{"application_name": "tooling", **options})
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
