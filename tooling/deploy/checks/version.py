"""Whether the server is of a version that this toolkit is tested on."""

from collections.abc import Iterator

from tooling.deploy.findings import Check, Connection, Finding, Given, error

SUPPORTED = (16, 17, 18)


def _look(connection: Connection, _given: Given) -> Iterator[Finding]:
    major = connection.info.server_version // 10000
    if major not in SUPPORTED:
        yield error(
            f"PostgreSQL {major} is not supported",
            f"Use {', '.join(map(str, SUPPORTED[:-1]))} or {SUPPORTED[-1]}.",
        )


CHECK = Check("version", "PostgreSQL of a supported version.", _look)
