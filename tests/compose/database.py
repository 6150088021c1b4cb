"""A PostgreSQL 16 with the settings, files and scripts of the service db."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from tests.compose import stack
from tests.conftest import ROOT
from tooling.server.server import Server

FOLDER = ROOT / "compose/db"
VALUES = stack.secrets()
DATABASE = "eagle_sign"
OPEN = """
    select r.rolname, d.datname
      from pg_roles as r
     cross join pg_database as d
     where not r.rolsuper
       and d.datallowconn
       and d.datname <> %s
       and has_database_privilege(r.oid, d.oid, 'connect')
     order by 1, 2
"""
"""Who may connect to another database of the server than the one named."""


def settings() -> dict[str, str]:
    """Return the settings that the command of compose.yaml gives."""
    program, *words = stack.services()["db"]["command"]
    assert program == "postgres"
    assert words[::2] == ["-c"] * (len(words) // 2)
    return dict(word.split("=", 1) for word in words[1::2])


@dataclass(frozen=True)
class Database:
    """A server as compose.yaml has it, with the roles that its scripts made."""

    server: Server
    port: int

    def url(self, role: str, password: str | None = None, *, database: str = DATABASE) -> str:
        """Return how another container logs in: over the network, by password."""
        given = VALUES.get(f"{role.upper()}_PASSWORD") if password is None else password
        return make_conninfo(
            host="127.0.0.1", port=self.port, user=role, password=given, dbname=database
        )

    def environment(self, values: Mapping[str, str]) -> dict[str, str]:
        return {
            **os.environ,
            **self.server.environment(),
            **stack.environment_of("db", values),
            "PATH": f"{FOLDER}:{self.server.bin_dir}:{os.environ['PATH']}",
            "PGHOST": str(self.server.socket_dir),
            "PGPORT": str(self.server.port),
            "POSTGRES_USER": "postgres",
            "EAGLE_SQL": str(ROOT / "sql"),
        }

    def runs(self, script: str, values: Mapping[str, str]) -> None:
        """Run a file as the image does when it makes the data."""
        psql = ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "-U", "postgres", "-d", DATABASE]
        done = subprocess.run(
            [*psql, "-f", FOLDER / script] if script.endswith(".sql") else ["sh", FOLDER / script],
            env=self.environment(values), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
