"""The transaction in which a database is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager

from pgproof.connection import Connection


@contextmanager
def looking(connection: Connection, search_path: str) -> Iterator[None]:
    """Only read in the block, wait for no lock over a second, and find names as a file does.

    Raises psycopg.errors.LockNotAvailable.
    """
    with connection.transaction():
        connection.execute(
            "set transaction read only; set local lock_timeout = '1s'; set local timezone = 'UTC'"
        )
        connection.execute(
            "select set_config('search_path', %s, true)", [f"{search_path}, pg_catalog"]
        )
        yield
