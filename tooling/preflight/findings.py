"""What a check finds, and where the server stands: on a developer's own machine or not."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import psycopg

Severity = Literal["error", "warning", "note"]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Finding:
    """One line of a report. An error stops a deploy, a warning and a note do not."""

    check: str
    severity: Severity
    finding: str
    remedy: str


@dataclass(frozen=True)
class Check:
    """A check under its name; `about` says in a sentence what it looks at."""

    name: str
    about: str
    look: Callable[[Connection], Iterable[Finding]]

    def run(self, connection: Connection) -> Iterator[Finding]:
        """Yield the findings; what the role may not see is a warning."""
        try:
            yield from self.look(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            said = error.diag.message_primary
            yield Finding(
                self.name, "warning", f"not checked: {said}", "Run the check as a superuser."
            )


def setting(connection: Connection, name: str) -> str:
    """Return a setting of the server."""
    row = connection.execute("select current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""


def is_loopback(address: str) -> bool:
    """Tell whether an address, or localhost, is reached from its own machine only."""
    if address.lower() in ("localhost", "samehost"):
        return True
    try:
        return ipaddress.ip_address(address.split("/")[0]).is_loopback
    except ValueError:
        return False


def is_private(connection: Connection) -> bool:
    """Tell whether nobody reaches the server over a network: a developer's own machine."""
    addresses = setting(connection, "listen_addresses").split(",")
    return all(is_loopback(one.strip()) for one in addresses if one.strip())


def softened(connection: Connection, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, as notes where nobody but its owner reaches the server."""
    private = is_private(connection)
    for one in found:
        yield replace(one, severity="note") if private else one
