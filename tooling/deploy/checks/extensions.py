"""Whether the extensions that the schema needs are there, in the version that the server has."""

import re
from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning

DECLARED = "sql/extensions.sql"
_CREATE = re.compile(r"^create extension (?:if not exists )?(\w+)", re.MULTILINE)
_THERE = """
select a.name, a.default_version, a.installed_version
  from pg_catalog.pg_available_extensions as a
 where a.name = any (%(declared)s) or a.installed_version is not null
"""


def _look(connection: Connection, given: Given) -> Iterator[Finding]:
    file = given.settings.root / DECLARED
    declared = _CREATE.findall(file.read_text(encoding="utf-8")) if file.is_file() else []
    there = {
        name: (default, installed)
        for name, default, installed in connection.execute(_THERE, {"declared": declared})
    }
    for name in declared:
        if name not in there:
            yield error(
                f"the server does not have the extension {name}",
                "Install its package on the server; most are in postgresql-contrib.",
            )
    for name, (default, installed) in sorted(there.items()):
        if installed and default and installed != default:
            yield warning(
                f"{name} is {installed}, the server has {default}", f"alter extension {name} update"
            )


CHECK = Check("extensions", "Extensions that the schema declares, and their versions.", _look)
