"""When the certificate expires that a server shows to its clients."""

import contextlib
import socket
import ssl
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from cryptography import x509

from tooling.metrics.faults import Found

SOON = timedelta(days=21)
_SECONDS = 3
_REQUEST = struct.pack("!II", 8, 80877103)
_SETTINGS = """
select current_setting('ssl'), current_setting('listen_addresses'), current_setting('port')
"""
_EVERYWHERE = ("*", "0.0.0.0", "::", "")  # noqa: S104 - compared, not listened on
_REMEDY = "Replace the file of ssl_cert_file, then select pg_reload_conf(); clients that verify it"


def find(connection: psycopg.Connection[Any]) -> list[Found]:
    """Return what is wrong with the certificate; nothing without TLS or an address to ask.

    Opens a connection beside the given one, and ends it before it logs in.
    """
    row = connection.execute(_SETTINGS).fetchone()
    if row is None or row[0] != "on":
        return []
    place = _address(connection.info.host, str(row[1]), int(row[2]), connection.info.port)
    until = expiry(*place)
    if until is None or until > datetime.now(UTC) + SOON:
        return []
    fault = "certificate-expired" if until <= datetime.now(UTC) else "certificate-expires"
    finding = f"the certificate of the server is valid until {until:%Y-%m-%d %H:%M} UTC"
    return [Found(fault, finding, f"{_REMEDY} refuse to connect after that.")]


def expiry(host: str, port: int) -> datetime | None:
    """Return when the certificate at an address expires; None if none is shown there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(OSError), socket.create_connection((host, port), _SECONDS) as plain:
        plain.sendall(_REQUEST)
        if plain.recv(1) == b"S":
            with context.wrap_socket(plain) as encrypted:
                der = encrypted.getpeercert(binary_form=True)
                return x509.load_der_x509_certificate(der).not_valid_after_utc if der else None
    return None


def _address(host: str, listen: str, port: int, connected: int) -> tuple[str, int]:
    """Return where the server is asked: where the connection leads, if that is no socket."""
    if not host.startswith("/"):
        return host, connected
    first = listen.split(",")[0].strip()
    return ("localhost" if first in _EVERYWHERE else first), port
