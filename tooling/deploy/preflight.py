"""Checks before a deploy: what is found, how bad it is, and what to do about it."""

from tooling.deploy.checks import (
    access,
    activity,
    authentication,
    backup,
    connections,
    definitions,
    disk,
    extensions,
    locks,
    objects,
    passwords,
    replication,
    review,
    server,
    transport,
    version,
)
from tooling.deploy.findings import Check, Finding, Given, run

CHECKS: tuple[Check, ...] = (
    version.CHECK,
    server.CHECK,
    extensions.CHECK,
    backup.CHECK,
    disk.CHECK,
    connections.CHECK,
    activity.CHECK,
    replication.CHECK,
    objects.CHECK,
    definitions.CHECK,
    review.CHECK,
    locks.CHECK,
    access.CHECK,
    passwords.CHECK,
    authentication.CHECK,
    transport.CHECK,
)
"""Every check, in the order of running; another is added here."""

__all__ = ["CHECKS", "Check", "Finding", "Given", "run"]
