"""Faults of a server that no other metric shows: settings, damage, roles, what runs out.

`tooling metrics` counts them, `tooling preflight --check server` says what each is. The role
eagle_exporter may run every query; sql/superuser.sql lets it read pg_file_settings.
"""

from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from tooling.metrics import fault_queries


@dataclass(frozen=True)
class Fault:
    """A kind of fault: a page is for what loses data or stops work, a ticket for what will.

    `about` says so in a clause; docs/how-to/runbooks/server.md has a line for each.
    """

    severity: Literal["page", "ticket"]
    about: str


@dataclass(frozen=True)
class Found:
    """A fault that a server has. `fault` is a key of FAULTS."""

    fault: str
    finding: str
    remedy: str

    @property
    def severity(self) -> str:
        """Whom it is for: page or ticket."""
        return FAULTS[self.fault].severity


FAULTS = {
    "durability-off": Fault("page", "a crash can lose or damage data, by a setting"),
    "damage-ignored": Fault("page", "damaged pages are read as if they were empty or sound"),
    "checksum-failures": Fault("page", "pages failed their checksum"),
    "checksums-off": Fault("ticket", "damaged pages are not noticed: data checksums are off"),
    "collation-version": Fault("page", "text sorts otherwise than when indexes were built"),
    "triggers-off": Fault("page", "sessions run without triggers"),
    "read-only": Fault("page", "transactions are read-only, by a setting"),
    "no-backups": Fault("page", "no backup can be taken, by a setting"),
    "archiving-fails": Fault("ticket", "WAL is not archived by the server"),
    "autovacuum-off": Fault("ticket", "nothing vacuums and analyzes"),
    "configuration-broken": Fault(
        "page", "postgresql.conf, or a file that it includes, has errors"
    ),
    "restart-pending": Fault("ticket", "settings have changed that need a restart"),
    "login-impossible": Fault("page", "a role that is needed cannot log in"),
    "password-expired": Fault("page", "the password of a role has expired"),
    "password-expires": Fault("ticket", "the password of a role expires soon"),
    "certificate-expired": Fault("page", "the certificate of the server has expired"),
    "certificate-expires": Fault("ticket", "the certificate of the server expires soon"),
    "statistics-missing": Fault("ticket", "tables have never been analyzed"),
    "replay-paused": Fault("ticket", "a standby has paused its replay of WAL"),
    "database-invalid": Fault("ticket", "a database was dropped in part"),
    "not-checked": Fault("ticket", "some faults cannot be looked for, for want of a privilege"),
}


_REFUSED = "Run sql/superuser.sql in this database, or the check as a superuser."


def find(connection: psycopg.Connection[Any]) -> list[Found]:
    """Return the faults that can be seen by SQL. Writes nothing. Raises psycopg.Error.

    The connection is in autocommit. What its role may not read is a finding, too.
    """
    found = []
    for query in fault_queries.ALL:
        try:
            found += [Found(*row) for row in connection.execute(query).fetchall()]
        except psycopg.errors.InsufficientPrivilege as refused:
            why = str(refused.diag.message_primary)
            found.append(Found("not-checked", why, _REFUSED))
    return found
