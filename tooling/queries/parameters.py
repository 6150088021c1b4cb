"""Accounts to ask the application's queries of, and what is asked of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from psycopg import sql

from tooling.database import Connection, work_for
from tooling.queries.application import TYPES

# Accounts of these sizes are asked for at every size of database, so that growth is that of the
# database and not of the account.
ACCOUNT_SIZES = (500, 1000, 1500, 2000, 3000, 4000)


@dataclass(frozen=True)
class Parameters:
    """What one account is asked, in the order of TYPES."""

    account: str
    project: str
    since: datetime
    until: datetime
    status: str
    config: str
    words: str
    inputs: str

    def literals(self) -> sql.Composed:
        """Return the list of arguments for EXECUTE."""
        return sql.SQL(", ").join(map(sql.Literal, astuple(self)))


def choose(connection: Connection, until: datetime) -> list[Parameters]:
    """Return parameters for accounts whose sizes are nearest to ACCOUNT_SIZES."""
    chosen = []
    for size in ACCOUNT_SIZES:
        (account,) = connection.execute(
            "select account_id::text from app.projects group by account_id"
            " order by abs(count(*) - %s), account_id limit 1",
            [size],
        ).fetchall()[0]
        project, config, inputs = connection.execute(
            "select p.project_id::text, jsonb_build_object('material', y.config -> 'material',"
            "       'height_ft', y.config -> 'height_ft',"
            "       'wind_speed_mph', y.config -> 'wind_speed_mph')::text,"
            "       p.content_sha256"
            "  from app.projects as p"
            "  join app.project_payloads as y using (account_id, project_id)"
            " where p.account_id = %s and p.content_sha256 is not null"
            " order by md5(y.payload_id::text) limit 1",
            [account],
        ).fetchall()[0]
        since = until - timedelta(days=30)
        chosen.append(
            Parameters(account, project, since, until, "submitted", config, "main st", inputs)
        )
    return chosen


@contextmanager
def prepared(
    connection: Connection, query: str, parameters: Parameters, token: str | None = None
) -> Iterator[sql.Composed]:
    """Prepare a query for a transaction of its account; yield what executes it.

    The connection is in autocommit. `token` is accounts.token()'s, where accounts must be signed.
    """
    connection.execute(f"prepare asked ({TYPES}) as {query}".encode())
    try:
        with connection.transaction():
            work_for(connection, parameters.account, token)
            yield sql.SQL("execute asked ({})").format(parameters.literals())
    finally:
        connection.execute("deallocate asked")
