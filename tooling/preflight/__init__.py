"""Checks before a deploy: what is found, how bad it is, and what to do about it."""

from collections.abc import Iterable
from typing import Any

import psycopg

from tooling.preflight import access, authentication, passwords, transport
from tooling.preflight.findings import Check, Finding

CHECKS: tuple[Check, ...] = (
    access.CHECK,
    passwords.CHECK,
    authentication.CHECK,
    transport.CHECK,
)
"""Every check, in the order of running; another is added here."""

__all__ = ["CHECKS", "Check", "Finding", "run"]


def run(connection: psycopg.Connection[Any], names: Iterable[str] = ()) -> list[Finding]:
    """Return the findings of the checks named, or of all. Writes nothing.

    The connection is in autocommit. A check that its role may not make is a finding, too.
    """
    wanted = set(names) or {check.name for check in CHECKS}
    return [
        finding for check in CHECKS if check.name in wanted for finding in check.run(connection)
    ]
