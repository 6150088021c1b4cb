"""A sound database of which every fault gets a copy: migrated, with catalogs, and filled."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.attacks.world import ROOT
from tests.tamper.world import World, fill
from tooling.server.server import Server

DATABASE = "eagle_to_plant_in"


@contextmanager
def planted(server: Server, template: str | None = None) -> Iterator[World]:
    """Yield the world: in a database migrated and seeded here, or a copy of one that is."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        copy = f" template {template}" if template else ""
        connection.execute(f"create database {DATABASE}{copy}".encode())
        try:
            for command in () if template else ("migrate", "seed"):
                run = [sys.executable, "-m", "tooling", command, "--dsn", server.url(DATABASE)]
                subprocess.run(run, cwd=ROOT, check=True, capture_output=True)
            with tempfile.TemporaryDirectory() as folder:
                yield fill(server, DATABASE, Path(folder))
        finally:
            connection.execute(f"drop database {DATABASE} with (force)".encode())
