"""Run pg_prove over tests/pgtap on PostgreSQL versions: `python -m tests.run_pgtap 18 16`.

Files or folders may follow, to run those alone: `python -m tests.run_pgtap 18 tests/pgtap/laws`.

Each version gets a fresh server and a database migrated and seeded by this project's commands, and
several versions a process each, at the same time.
A version that cannot be had is a failure, unless TOOLING_TEST_WITHOUT names it (`16`, or `18,16`).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests import pgtap_files, servers
from tooling.errors import ToolingError
from tooling.server.embedded import Server, temporary_server

DATABASE = "eagle_pgtap"
TESTS = "tests/pgtap"
OPTIONS = ("--recurse", "--ext", ".sql")
WITHOUT = "TOOLING_TEST_WITHOUT"


def main(arguments: list[str]) -> int:
    """Return 0 if all tests passed on all the versions that were not left out."""
    versions = [word for word in arguments if word.isdigit()]
    tests = [word for word in arguments if not word.isdigit()] or [TESTS]
    if len(versions) > 1:
        return _each(versions, tests)
    left_out = os.environ.get(WITHOUT, "").split(",")
    results = {
        version: "left out, as TOOLING_TEST_WITHOUT says"
        if version in left_out
        else _try(version, tests)
        for version in versions
    }
    for version, result in results.items():
        print(f"PostgreSQL {version}: {result or 'passed'}")
    return int(any(result and not result.startswith("left out") for result in results.values()))


def _each(versions: list[str], tests: list[str]) -> int:
    """Run all versions at the same time, and print what each says when all before it have ended."""
    pgtap_files.prove_command()  # What both need is made once, before.
    pgtap_files.extension()
    with ExitStack() as stack:
        runs = []
        for version in versions:
            output = stack.enter_context(tempfile.TemporaryFile())
            command = [sys.executable, "-m", "tests.run_pgtap", version, *tests]
            run = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            runs.append((stack.enter_context(run), output))
        for run, output in runs:
            run.wait()
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()
        return int(any(run.returncode for run, _ in runs))


def _try(version: str, tests: list[str]) -> str | None:
    """Return what went wrong on a version, None if nothing."""
    print(f"== pg_prove on PostgreSQL {version}", flush=True)
    try:
        prove = pgtap_files.prove_command()
        with prepared(version) as server:
            return _prove(server, [*prove, *OPTIONS, *tests])
    except (ToolingError, subprocess.CalledProcessError) as error:
        return f"FAILED: {error}"


@contextmanager
def prepared(version: str) -> Iterator[Server]:
    """Yield a server of a version that has pgTAP, and the database that the tests run in."""
    bin_dir = servers.bin_dir(version)
    extension = pgtap_files.extension()
    if bin_dir is not None:
        share = bin_dir.parent / "share/extension"
        shutil.copytree(extension, share, dirs_exist_ok=True)
    with temporary_server(bin_dir=bin_dir) as server:
        if bin_dir is None:
            _offer(server, extension)
        _fill(server)
        yield server


def _offer(server: Server, extension: Path) -> None:
    """Let a server of version 18 or later find the extension in its own folder."""
    place = server.data_dir.parent / "pgtap"
    shutil.copytree(extension, place / "extension")
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"alter system set extension_control_path = '$system:{place}'")
        connection.execute("select pg_reload_conf()")


def _fill(server: Server) -> None:
    """Make the database that the tests run in: migrated, seeded, with pgTAP."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"create database {DATABASE}")
    for command in ("migrate", "seed"):
        run = [sys.executable, "-m", "tooling", command, "--dsn", server.url(DATABASE)]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    with psycopg.connect(server.url(DATABASE)) as connection:
        connection.execute("create extension pgtap")


def _prove(server: Server, command: list[str]) -> str | None:
    environment = {
        **os.environ,
        **server.environment(),
        "PATH": f"{server.bin_dir}:{os.environ['PATH']}",
        "PGHOST": str(server.socket_dir),
        "PGPORT": str(server.port),
        "PGUSER": "postgres",
        "PGDATABASE": DATABASE,
    }
    code = subprocess.run(command, env=environment, check=False).returncode
    return f"FAILED: pg_prove exited {code}" if code else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
