"""Which server a command talks to, and how it connects."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import AGAIN, ConnectionFailedError, Exit, InputError, PgproofError

Connection = psycopg.Connection[Any]
WORKER = "pgproof migrate"
KEEPER = "pgproof migrate (lock)"
"""The application names of a runner's two connections; a ledger's key follows the first."""

_PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGDATABASE")


def given(dsn: str | None = None) -> str | None:
    """Return the libpq connection string of `dsn`, DATABASE_URL or the PG* variables, in order.

    None if none of them is there. Raises PgproofError for one that is there and empty: what it was
    to name is not known, and the next one is another database.
    """
    if dsn is not None:
        return _insist(dsn, "--dsn", Exit.USAGE)
    if (url := os.environ.get("DATABASE_URL")) is not None:
        return _insist(url, "DATABASE_URL", Exit.INPUT)
    return "" if any(os.environ.get(name) for name in _PG_VARIABLES) else None


def connect(conninfo: str, **options: Any) -> Connection:
    """Open a connection. Raises ConnectionFailedError.

    `options` are psycopg's own (`autocommit`, `row_factory`) and libpq's keywords.
    """
    try:
        return psycopg.connect(conninfo, **options)
    except psycopg.OperationalError as error:
        raise ConnectionFailedError(
            f"cannot connect: {' '.join(str(error).split())}",
            hint="Check host, port, user and database, and that the server is running.",
        ) from error
    except psycopg.ProgrammingError as error:
        raise _not_a_string(error) from error


def named(conninfo: str) -> tuple[str, str]:
    """Return the database and the server that a connection string names. Connects to nothing.

    What it leaves out is as libpq takes it: from the PG* variables, else by default. Raises
    ConnectionFailedError for what is no connection string.
    """
    try:
        given = {key: str(value) for key, value in conninfo_to_dict(conninfo).items()}
    except psycopg.ProgrammingError as error:
        raise _not_a_string(error) from error
    usual = {one.keyword.decode(): (one.val or b"").decode() for one in pq.Conninfo.get_defaults()}
    found = {**usual, **given}
    if service := found.get("service"):
        server = f"the service {service}"
    else:
        hosts = (found.get("host") or found.get("hostaddr") or "the local socket").split(",")
        ports = (found.get("port") or "").split(",")
        ports = ports * len(hosts) if len(ports) == 1 else ports
        pairs = zip(hosts, ports, strict=False)
        server = ",".join(f"{host}:{port}" if port else host for host, port in pairs)
    return found.get("dbname") or found.get("user") or "", server


def is_lost(error: psycopg.Error) -> bool:
    """Whether the error says that the session has ended.

    A server that a statement asked (dblink, postgres_fdw) may be lost under any SQLSTATE: that is
    an error of the statement.
    """
    if error.sqlstate is None:
        return not isinstance(error, (psycopg.DataError, psycopg.ProgrammingError))
    return error.diag.severity_nonlocalized in ("FATAL", "PANIC")


def explained(error: psycopg.Error) -> PgproofError:
    """Return what the server said, or that the connection is lost, as an error for the user."""
    said = " ".join((error.diag.message_primary or str(error)).split())
    if is_lost(error):
        return PgproofError(f"the connection is lost: {said}", hint=AGAIN, exit_code=Exit.LOST)
    state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    hints = [error.diag.message_detail, error.diag.message_hint]
    return PgproofError(said + state, hint=" ".join(one for one in hints if one) or None)


@contextmanager
def explaining() -> Iterator[None]:
    """Turn psycopg.Error into PgproofError."""
    try:
        yield
    except psycopg.Error as error:
        raise explained(error) from error


def _not_a_string(error: psycopg.ProgrammingError) -> ConnectionFailedError:
    return ConnectionFailedError(
        f"not a connection string: {str(error).strip()}",
        hint="Use postgresql://user@host:port/database or libpq's key=value form.",
    )


def _insist(text: str, name: str, exit_code: Exit) -> str:
    if not text.strip():
        raise InputError(
            f"{name} is empty",
            hint=f"Name a database in {name}, or leave it out.",
            exit_code=exit_code,
        )
    return text
