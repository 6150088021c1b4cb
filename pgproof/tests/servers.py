"""The server under test: one of this session's own, or one that is named."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
