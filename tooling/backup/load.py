"""Load a dump into a new database of a server, by the programs of that server's version."""

import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tooling.backup import dump, programs, sealing, ship, store
from tooling.backup.settings import BackupSettings
from tooling.database import connect
from tooling.errors import InputError, RefusedError, ToolingError

_ROLES = "Create the roles first: `psql -f sql/roles.sql`. The database was not created."


def newest(settings: BackupSettings) -> str:
    """Return the name of the newest dump in the folder. Raises InputError if there is none."""
    folder = settings.home / "dumps"
    found = [*folder.glob(f"*{dump.DUMP}"), *folder.glob(f"*{dump.DUMP}{sealing.SUFFIX}")]
    if not found:
        raise InputError(
            f"no dump in {folder}",
            hint="Name a file, or a dump in the bucket; `tooling backup dump` makes one.",
        )
    return str(max(found, key=lambda file: file.stat().st_mtime))


def load(
    settings: BackupSettings,
    connection: psycopg.Connection[Any],
    name: str,
    database: str,
    identity: Path | None = None,
) -> None:
    """Load a dump, which is a file or the name of one in the bucket, into a new database.

    The database is there when all of it is loaded. `identity` has the secret key of a dump that is
    encrypted. Raises InputError, RefusedError if the database exists, and ToolingError, with exit
    code DAMAGED if the dump cannot be decrypted.
    """
    bin_dir = programs.find(connection.info.server_version // 10000, settings.bin_dir)
    there = "select 1 from pg_catalog.pg_database where datname = %s"
    if connection.execute(there, [database]).fetchone():
        raise RefusedError(f"database {database} already exists", hint="Give another name.")
    with tempfile.TemporaryDirectory(prefix="eagle-dump-") as scratch:
        file = _plain(settings, name, identity, Path(scratch))
        try:
            dump.read(bin_dir, file)
        except ToolingError as error:
            raise InputError(
                f"{name} is no dump that can be read: {error.message}",
                hint="Name a file that `tooling backup dump` made.",
            ) from error
        new = sql.Identifier(database)
        connection.execute(sql.SQL("create database {} template template0").format(new))
        try:
            with connect(connection.info.dsn, dbname=database, password=connection.info.password) \
                    as opened:  # fmt: skip
                options = ["--exit-on-error", "--single-transaction", str(file)]
                dump.run(bin_dir, "pg_restore", options, opened)
        except BaseException as error:
            connection.execute(sql.SQL("drop database {}").format(new))
            if isinstance(error, ToolingError) and "role " in error.message:
                raise ToolingError(error.message, hint=_ROLES) from error
            raise


def _plain(settings: BackupSettings, name: str, identity: Path | None, scratch: Path) -> Path:
    """Return the file of a dump that is not encrypted; fetched and decrypted if need be."""
    file = Path(name)
    if not file.is_file():
        if settings.bucket is None:
            raise InputError(f"{file} does not exist", hint="Set a bucket to load a dump from it.")
        file = scratch / "fetched.age"
        store.opened(settings).get(ship.dump_key(Path(name).name), file)
    if file.suffix != sealing.SUFFIX:
        return file
    if identity is None:
        raise InputError(
            f"{name} is encrypted", hint="Give the file with the secret key: --identity FILE."
        )
    opened = scratch / "opened"
    with file.open("rb") as sealed:
        sealing.unseal(sealed, opened, sealing.identities(identity), name)
    return opened
