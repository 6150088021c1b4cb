"""Which database scratch copies are made of, and the first of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pgproof.errors import PgproofError
from pgproof.files.script import Migration
from pgproof.scratch import copies
from pgproof.scratch.databases import Databases
from pgproof.settings import Settings

_SMALL = 100_000_000
"""Bytes up to which a database is copied without being asked to."""


@dataclass(frozen=True)
class Source:
    """What the scratch copies are made of.

    By default the database itself if it has objects and is small, or has no ledger, else the
    migrations that are applied. `template` names a database of the server, `schema_of` one of any
    server; with `replay` the migrations are applied in any case.
    """

    template: str | None = None
    schema_of: str | None = None
    replay: bool = False


def base(
    made: Databases,
    conninfo: str,
    settings: Settings,
    before: Sequence[Migration],
    source: Source,
    prepare: copies.Prepare,
) -> tuple[str, str]:
    """Return what the copies are of, in words, and the first of them."""
    if source.template:
        found = copies.of_database(made, source.template)
        return f"the database {source.template}, with its data", found
    if source.schema_of:
        return "a schema, by pg_dump", copies.of_schema(made, source.schema_of)
    name = copies.database_of(conninfo)
    is_small = copies.bytes_of(conninfo) <= _SMALL
    if not source.replay and copies.has_objects(conninfo) and (is_small or not before):
        try:
            return f"the database {name}, with its data", copies.of_contents(made, conninfo, name)
        except PgproofError:
            if not before:
                raise
    return f"{len(before)} migrations", copies.of_migrations(made, settings, before, prepare)
