"""Making one check by its name, for the tests of preflight."""

from typing import Any

import psycopg

from tooling.deploy import preflight
from tooling.deploy.preflight import Given

Admin = psycopg.Connection[Any]


def look(name: str, connection: Admin, given: Given) -> list[tuple[str, str]]:
    """Make one check; return severities and findings."""
    checks = [check for check in preflight.CHECKS if check.name == name]
    assert len(checks) == 1
    return [(one.severity, one.finding) for one in preflight.run(checks, connection, given)]


def found(name: str, connection: Admin, context: Given) -> str:
    """Make one check that finds one error; return its words."""
    findings = look(name, connection, context)
    assert [severity for severity, _ in findings] == ["error"], findings
    return findings[0][1]
