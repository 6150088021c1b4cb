"""The copies of the database that mutants are made in, one for each worker."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from pgproof.connection import Connection, connect
from pgproof.errors import InputError, RefusedError
from pgproof.files.folder import read
from pgproof.mutate import tap, touches
from pgproof.mutate.records import Mutant
from pgproof.mutate.suite import TestFile
from pgproof.mutate.tap import Verdict
from pgproof.scratch import copies
from pgproof.scratch.databases import Databases
from pgproof.settings import Settings

_HAS_PGTAP = "select exists (select from pg_catalog.pg_proc where proname = 'finish')"
_NOTHING = "select 1 where false"
_WAIT = "10s"


def begin(
    made: Databases,
    conninfo: str,
    settings: Settings,
    template: str | None,
    prepare: copies.Prepare,
) -> str:
    """Make the database that the copies are made of, with pgTAP in it. Raises RefusedError.

    It is a copy of `template`, else of the database itself, else what the migrations make.
    """
    if template:
        base = copies.of_database(made, template)
    elif copies.has_objects(conninfo):
        base = copies.of_contents(made, conninfo, copies.database_of(conninfo))
    else:
        folder = read(settings.migrations, settings.program)
        base = copies.of_migrations(made, settings, folder.migrations, prepare)
    return base


def add_pgtap(conninfo: str) -> None:
    """Make pgTAP's functions, if they are not there. Raises RefusedError."""
    with connect(conninfo, autocommit=True) as connection:
        if connection.execute(_HAS_PGTAP).fetchall()[0][0]:
            return
        try:
            connection.execute("create extension pgtap")
        except psycopg.Error as error:
            raise RefusedError(
                f"pgTAP cannot be installed: {error.diag.message_primary or error}",
                hint="Install the package of pgTAP on the server, or copy a database that has it.",
            ) from error


@dataclass
class Copy:
    """A database of one worker: a mutant is made in the transaction of a test, and undone with it.

    A test file that is not one transaction gets a database of its own, with the mutant in it.
    """

    made: Databases
    base: str
    after: str
    conninfo: str
    connection: Connection
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refuses(self, mutant: Mutant) -> str | None:
        """Return why the server does not take the mutant, None if it does."""
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(f"set local lock_timeout = '{_WAIT}'".encode())
                self.connection.execute(mutant.sql.encode())
        except psycopg.Error as error:
            return error.diag.message_primary or str(error)
        return None

    def baseline(self, file: TestFile, limit: float) -> Verdict:
        """Run a file without any mutant; its notes are the objects that it touches."""
        if not file.is_enclosed:
            return self._alone(file, (), limit)
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as measured:
            measured.write(file.text_with(touches.MEASURE))
            measured.flush()
            return tap.run(
                self.conninfo,
                Path(measured.name),
                ("begin",),
                limit=limit,
                options=touches.OPTIONS,
            )

    def run(self, mutant: Mutant, file: TestFile, limit: float, *, with_after: bool) -> Verdict:
        """Run a file against a mutant."""
        statements = (mutant.sql, *((self.after,) if with_after and self.after else ()))
        if not file.is_enclosed:
            return self._alone(file, statements, limit)
        return tap.run(self.conninfo, file.path, ("begin", *statements), limit=limit)

    def _alone(self, file: TestFile, statements: tuple[str, ...], limit: float) -> Verdict:
        with self.lock:
            own = self.made.create(template=self.base)
        try:
            with connect(own, autocommit=True) as connection:
                for one in statements:
                    connection.execute(one.encode())
            return tap.run(own, file.path, limit=limit)
        finally:
            with self.lock:
                self.made.drop(own)


@contextmanager
def copy(made: Databases, base: str, after: str, lock: threading.Lock) -> Iterator[Copy]:
    """Yield a copy of `base`, which is the name of a database that nobody is connected to."""
    with lock:
        conninfo = made.create(template=base)
    with connect(conninfo, autocommit=True) as connection:
        connection.execute(_NOTHING)
        yield Copy(made, base, after, conninfo, connection, lock)


def statements_of(files: tuple[Path, ...]) -> str:
    """Return what is run after each mutant. Raises InputError."""
    try:
        return "\n".join(one.read_text(encoding="utf-8") for one in files)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"a file of `after_mutant` cannot be read: {error}", hint="Correct the setting."
        ) from error
