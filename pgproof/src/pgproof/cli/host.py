"""The program that a command is part of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click

from pgproof.connection import given
from pgproof.errors import ConnectionFailedError
from pgproof.settings import Settings


@dataclass(frozen=True)
class Host:
    """What hints call the program, where it finds its server, and which options it does not have.

    `program` is None where the settings say it. `resolve` gets --dsn and returns a libpq string;
    `prepare`, if there is one, does so before migrations are applied, and may run something first;
    `scratch`, if there is one, for a role that may make databases.
    """

    program: str | None
    resolve: Callable[[str | None, Settings], str]
    hidden: frozenset[str] = field(default=frozenset(("server",)))
    prepare: Callable[[str | None, Settings], str] | None = None
    scratch: Callable[[str | None, Settings], str] | None = None
    """Does so for a command that makes scratch databases, which are prepared then."""
    fill: Callable[[str, int], None] | None = None
    """Fills a scratch database with synthetic rows, by a connection string and a size."""
    home: Callable[[], Path] | None = None
    """Returns the folder whose settings count where no folder of migrations is named."""


def current() -> Host:
    """Return the host of the running command."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Host) if context else None
    return found or PGPROOF


def _resolve(dsn: str | None, settings: Settings) -> str:
    """Return the connection string. Raises ConnectionFailedError if there is none."""
    found = given(dsn)
    if found is not None:
        return found
    if settings.server is not None:
        from pgproof import server

        return server.start(settings.server)
    raise ConnectionFailedError(
        "no database to connect to",
        hint="Give --dsn, DATABASE_URL or PG* variables, or an embedded server's folder: --server.",
    )


PGPROOF = Host(None, _resolve, frozenset())
