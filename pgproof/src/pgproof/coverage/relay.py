"""A relay between psql and the server: it hears what the server says of each statement.

psql connects to a socket of this process. The relay asks, before each statement, in which role it
will run, and keeps from psql what is meant for the relay alone. Text and results pass unchanged,
but for exception handlers of PL/pgSQL that a test brings along: these report what they catch.
"""

import contextlib
import select
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

_PORT = 5432
_CANCEL, _SSL, _GSS = 80877102, 80877103, 80877104
_ASK = b"set client_min_messages = log; show session_authorization; show role"
_PIECE = 1 << 18
MARK = "pgproof:"
"""How a message begins that a probe sends."""


@dataclass(frozen=True)
class Said:
    """A notice or an error of the server, its fields by their letters, and the role asked for."""

    role: str
    fields: dict[str, str]


Listen = Callable[[Said], None]
Rewrite = Callable[[str], str]


@dataclass(frozen=True)
class Server:
    """Where the server is, and the role that psql logs in as."""

    conninfo: str
    address: str | tuple[str, int]
    is_encrypted: bool
    user: str
    password: str
    """For psql, which knows none for the relay's address."""

    @classmethod
    def of(cls, connection: psycopg.Connection[Any], conninfo: str) -> "Server":
        """Return the server that a connection leads to."""
        info = connection.info
        host = info.hostaddr or info.host
        local = host.startswith(("/", "@"))
        address = f"{host}/.s.PGSQL.{info.port}" if local else (host, info.port)
        is_encrypted = bool(connection.pgconn.ssl_in_use)
        return cls(conninfo, address, is_encrypted, info.user, info.password)

    def connect(self) -> socket.socket:
        """Open a connection, encrypted if the other one is."""
        if isinstance(self.address, str):
            found = socket.socket(socket.AF_UNIX)
            found.connect(self.address)
            return found
        found = socket.create_connection(self.address)
        if not self.is_encrypted:
            return found
        found.sendall(struct.pack("!ii", 8, _SSL))
        found.recv(1)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(found)


@contextlib.contextmanager
def relaying(server: Server, database: str, asks: bool, listen: Listen, rewrite: Rewrite) -> Any:
    """Yield the connection string of a relay to a database; with `asks` it asks for the role."""
    with (
        tempfile.TemporaryDirectory(prefix="pgproof-") as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        listener.bind(str(Path(folder) / f".s.PGSQL.{_PORT}"))
        listener.listen()
        sessions: list[threading.Thread] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    session = _Session(server, client, asks, listen, rewrite)
                    sessions.append(threading.Thread(target=session.run, daemon=True))
                    sessions[-1].start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        options = {"host": folder, "hostaddr": None, "port": _PORT, "sslmode": "disable"}
        options |= {"password": None, "service": None, "gssencmode": "disable"}
        try:
            yield make_conninfo(server.conninfo, dbname=database, user=server.user, **options)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for one in (accepting, *sessions):
                one.join(timeout=10)


class _Session:
    """One connection of psql."""

    def __init__(
        self,
        server: Server,
        client: socket.socket,
        asks: bool,
        listen: Listen,
        rewrite: Rewrite,
    ):
        self._server, self._client, self._asks = server, client, asks
        self._listen, self._rewrite = listen, rewrite
        self._role, self._state = server.user, ""

    def run(self) -> None:
        """Relay until one side ends."""
        with contextlib.suppress(OSError), self._client:
            while (startup := self._startup()) is not None:
                with self._server.connect() as server:
                    server.sendall(startup)
                    self._relay(server)
                return

    def _startup(self) -> bytes | None:
        """Return the first message, after requests for encryption; None if there is no more."""
        while True:
            head = _exactly(self._client, 8)
            if head is None:
                return None
            length, code = struct.unpack("!ii", head)
            if code not in (_SSL, _GSS):
                return head + (_exactly(self._client, length - 8) or b"")
            self._client.sendall(b"N")

    def _relay(self, server: socket.socket) -> None:
        from_client, from_server = _Messages(self._client), _Messages(server)
        while True:
            pending = isinstance(server, ssl.SSLSocket) and server.pending()
            ready = [server] if pending else select.select([self._client, server], [], [])[0]
            if server in ready:
                if not from_server.receive():
                    return
                for kind, message in from_server.whole():
                    if self._passes(kind, message):
                        self._client.sendall(message)
            if self._client in ready:
                if not from_client.receive():
                    return
                for kind, message in from_client.whole():
                    if kind == b"Q" and self._asks and self._state in ("I", "T"):
                        self._ask(server, from_server)
                    server.sendall(self._rewritten(message) if kind == b"Q" else message)
                    self._state = ""

    def _passes(self, kind: bytes, message: bytes) -> bool:
        """Hear a message of the server; whether psql is to have it."""
        if kind == b"Z":
            self._state = message[5:6].decode()
        if kind not in (b"N", b"E"):
            return True
        fields = _fields(message)
        ours = kind == b"N" and (fields.get("V") == "LOG" or fields["M"].startswith(MARK))
        if ours or kind == b"E":
            self._listen(Said(self._role, fields))
        return not ours

    def _ask(self, server: socket.socket, from_server: "_Messages") -> None:
        """Ask in which role the next statement runs; what is answered is not for psql."""
        server.sendall(_message(b"Q", _ASK + b"\0"))
        while from_server.receive():
            for kind, message in from_server.whole():
                if kind == b"D":
                    name = message[11:].decode(errors="replace")
                    self._role = self._role if name == "none" else name
                if kind == b"Z":
                    return

    def _rewritten(self, message: bytes) -> bytes:
        text = message[5:-1]
        changed = self._rewrite(text.decode(errors="surrogateescape"))
        return _message(b"Q", changed.encode(errors="surrogateescape") + b"\0")


class _Messages:
    """The messages of one side, as they become whole."""

    def __init__(self, sender: socket.socket):
        self._sender = sender
        self._held = bytearray()

    def receive(self) -> bool:
        """Take what is there; False if the side has ended."""
        piece = self._sender.recv(_PIECE)
        self._held += piece
        return bool(piece)

    def whole(self) -> list[tuple[bytes, bytes]]:
        """Return the messages that are whole: the kind of each, and all of it."""
        found, start = [], 0
        while len(self._held) - start >= 5:
            length = int.from_bytes(self._held[start + 1 : start + 5], "big") + 1
            if len(self._held) - start < length:
                break
            message = bytes(self._held[start : start + length])
            start += length
            found.append((message[:1], message))
        del self._held[:start]
        return found


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _fields(message: bytes) -> dict[str, str]:
    parts = message[5:].split(b"\0")
    return {part[:1].decode(): part[1:].decode(errors="replace") for part in parts if part}


def _exactly(sender: socket.socket, count: int) -> bytes | None:
    found = b""
    while len(found) < count:
        piece = sender.recv(count - len(found))
        if not piece:
            return None
        found += piece
    return found
