"""The files that are run after migrations, as far as they fit the schema at that point."""

from contextlib import closing, suppress

import psycopg

from pgproof.compat.grants import parts
from pgproof.connection import connect
from pgproof.files.script import load
from pgproof.run.session import pinned
from pgproof.settings import Settings


def run_after(conninfo: str, settings: Settings) -> None:
    """Run each statement of the files of `after` by itself; one that fails is left out.

    They are those of the last state: of the states before it, not every object is there. A grant on
    several is made on those that are.
    """
    if not settings.after:
        return
    with closing(connect(conninfo, autocommit=True)) as connection:
        connection.execute(pinned(connection, settings.search_path, settings.session).encode())
        if settings.owner:
            with suppress(psycopg.Error):
                connection.execute(
                    psycopg.sql.SQL("set role {}").format(psycopg.sql.Identifier(settings.owner))
                )
        for file in settings.after:
            for statement in load(file).statements:
                try:
                    connection.execute(statement.sql.encode())
                except psycopg.Error:
                    for part in parts(statement.sql):
                        with suppress(psycopg.Error):
                            connection.execute(part.encode())
