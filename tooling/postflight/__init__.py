"""Checks after a deploy: the schema as declared, plans and errors as before, nothing left over."""

from tooling.postflight import errors, jobs, ledger, plans, schema
from tooling.preflight import access, objects
from tooling.preflight.findings import Check

CHECKS: tuple[Check, ...] = (
    ledger.CHECK,
    schema.CHECK,
    objects.CHECK,
    access.CHECK,
    plans.CHECK,
    errors.CHECK,
    jobs.CHECK,
)
"""Every check, in the order of running; another is added here."""
