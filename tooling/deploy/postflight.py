"""Checks after a deploy: the schema as declared, plans and errors as before, nothing left over."""

from tooling.deploy.checks import access, errors, jobs, ledger, objects, plans, schema
from tooling.deploy.findings import Check

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
