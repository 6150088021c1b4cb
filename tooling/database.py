"""Which server a command talks to, and how it connects."""

from typing import Any

import psycopg
from psycopg import sql

from pgproof import connection as runner
from tooling.errors import ConnectionFailedError


def resolve(dsn: str | None = None) -> str:
    """Return the libpq connection string to use.

    The order is: `dsn`, DATABASE_URL, the PG* variables, the running embedded server.
    Raises ConnectionFailedError if none of them is there.
    """
    found = runner.given(dsn)
    if found is not None:
        return found
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
    return runner.connect(resolve(dsn), **{"application_name": "tooling", **options})
