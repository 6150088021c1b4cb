"""What a check finds, and where the server stands: on a developer's own machine or not."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal

import psycopg

from pgproof.ahead.plan import Plan, plan
from tooling import settings
from tooling.database import connect
from tooling.deploy.migrator import as_migrator
from tooling.deploy.record import Record
from tooling.errors import NoLesserRoleError, ToolingError
from tooling.settings import Settings

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
class Given:
    """What a check goes by beside the server: settings, limits, and what the caller vouches for.

    `reviewed` is the digest of the pending migrations that somebody reviewed. `min_free` is a share
    of the disk in percent, `max_age` how long a transaction may be open. `since` is the record of a
    preflight, `scratch` a server where a database may be made to compare with.
    """

    conninfo: str = ""
    settings: Settings = field(default_factory=settings.load)
    reviewed: str | None = None
    min_free: float = 10
    max_age: timedelta = timedelta(minutes=5)
    since: Record | None = None
    scratch: str | None = None

    @cached_property
    def plan(self) -> Plan:
        """What is pending. Raises ToolingError where `tooling migrate` would refuse."""
        return plan(as_migrator(self.conninfo or None, self.settings), self.settings)

    def owned(self, connection: Connection, role: str) -> Connection:
        """Return another connection, for what the database's owner made: functions, views, tables.

        A superuser is `role` in it. Raises NoLesserRoleError if he cannot log in as that.
        """
        return connect(self.conninfo or connection.info.dsn, role=role, autocommit=True)


@dataclass(frozen=True)
class Check:
    """A check under its name; `about` says in a sentence what it looks at.

    What a lenient one finds is a note where nobody but its owner reaches the server.
    """

    name: str
    about: str
    look: Callable[[Connection, Given], Iterable[Finding]]
    is_lenient: bool = False

    def run(self, connection: Connection, given: Given) -> Iterator[Finding]:
        """Yield the findings; what the role may not see is a warning."""
        try:
            is_note = self.is_lenient and is_private(connection)
            for one in self.look(connection, given):
                yield replace(one, check=self.name, severity="note" if is_note else one.severity)
        except NoLesserRoleError as failed:
            yield self._not_checked(failed.message, failed.hint or "Log in.")
        except ToolingError as failed:
            yield Finding(self.name, "error", failed.message, failed.hint or "See the message.")
        except psycopg.errors.InsufficientPrivilege as refused:
            yield self._not_checked(refused.diag.message_primary, "Run the check as a superuser.")

    def _not_checked(self, why: str | None, remedy: str) -> Finding:
        return Finding(self.name, "warning", f"not checked: {why}", remedy)


def error(finding: str, remedy: str) -> Finding:
    """Return what stops a deploy; the check that looked for it is named by Check.run."""
    return Finding("", "error", finding, remedy)


def warning(finding: str, remedy: str) -> Finding:
    """Return what does not stop a deploy; the check that looked for it is named by Check.run."""
    return Finding("", "warning", finding, remedy)


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


def run(checks: Iterable[Check], connection: Connection, given: Given) -> list[Finding]:
    """Return the findings of the checks. Writes nothing.

    The connection is in autocommit. A check that its role may not make is a finding, too.
    """
    return [finding for check in checks for finding in check.run(connection, given)]
