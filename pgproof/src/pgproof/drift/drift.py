"""`drift`: compare a database with what its ledger says it should be."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgproof.catalogue import snapshot
from pgproof.catalogue.differences import Difference, differences
from pgproof.drift.alter import statements
from pgproof.drift.expectation import Expectation, Prepare, beside, built, recorded
from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.files.folder import read
from pgproof.ledger import sessions
from pgproof.ledger.reader import Reader, reading
from pgproof.run.interrupt import interruptible
from pgproof.settings import Settings


@dataclass(frozen=True)
class Drifted:
    """An object that differs, the file that last touched it, and statements that would mend it."""

    difference: Difference
    migration: str | None
    mend: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        one = self.difference
        return {
            "kind": one.kind,
            "name": one.name,
            "state": one.state,
            "migration": self.migration,
            "changes": [asdict(change) for change in one.changes],
            "mend": list(self.mend),
        }


@dataclass(frozen=True)
class Drift:
    """What differs. `partitions` are those by ranges that came or went: no drift in themselves.

    `source` is "ledger" or "migrations"; `objects` is how many were compared.
    """

    source: str
    objects: int
    differences: tuple[Drifted, ...]
    partitions: tuple[Drifted, ...]
    seconds: float

    @property
    def exit_code(self) -> Exit:
        """DRIFTED if an object differs."""
        return Exit.DRIFTED if self.differences else Exit.OK

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "expected_from": self.source,
            "objects": self.objects,
            "differences": [one.as_dict() for one in self.differences],
            "partitions": [one.as_dict() for one in self.partitions],
            "seconds": self.seconds,
        }


def drift(
    conninfo: str,
    settings: Settings,
    scratch: str | None = None,
    prepare: Prepare = str,
) -> Drift:
    """Compare. Writes nothing to the database; needs SELECT on the ledger alone.

    Without a complete record in the ledger, the applied migrations are applied to a scratch
    database: see `expectation.built`. Raises RefusedError if no migration is applied.
    """
    started = time.monotonic()
    folder = read(settings.migrations, settings.program)
    with interruptible(), reading(conninfo, settings, folder) as reader:
        if not reader.server.has_ledger or not reader.known.state.applied:
            raise RefusedError(
                "nothing is applied",
                hint=f"There is nothing to compare with; `{settings.program} migrate` applies.",
            )
        expected = _expectation(reader, scratch, prepare)
        found = _found(reader)
        others = beside(reader.connection, reader.ledger.schema)
        database = sql.Identifier(reader.server.database).as_string()
        all_of_them = [
            Drifted(
                one,
                expected.touched.get(one.key),
                statements(one, expected.objects, database),
            )
            for one in differences(expected.objects, found.objects)
            if not any(_is_of(other, one, expected) for other in others)
        ]
    return Drift(
        expected.source,
        len(expected.objects.keys() | found.objects.keys()),
        tuple(one for one in all_of_them if one.difference.partition_of is None),
        tuple(one for one in all_of_them if one.difference.partition_of is not None),
        round(time.monotonic() - started, 3),
    )


def _is_of(other: Expectation, one: Difference, own: Expectation) -> bool:
    """Whether an object is another project's, or is as that has left it."""
    if one.key in other.touched:
        return not own.touched.get(one.key) or other.objects[one.key] == one.found
    return False


def _expectation(reader: Reader, scratch: str | None, prepare: Prepare) -> Expectation:
    owner = reader.server.owner if reader.server.may_take_owner else None
    try:
        found = recorded(reader.connection, reader.ledger, owner)
    except psycopg.errors.InsufficientPrivilege as error:
        raise RefusedError(
            f"{reader.server.user} may not read the ledger: {error.diag.message_primary}",
            hint=f"Let its owner grant select on all tables in schema {reader.ledger.schema}.",
        ) from error
    return found or built(reader, scratch, prepare)


def _found(reader: Reader) -> snapshot.Snapshot:
    try:
        return snapshot.take(reader.connection, reader.ledger.schema)
    except psycopg.errors.LockNotAvailable as error:
        rows = sessions.holders(reader.connection)
        names = "; ".join(map(sessions.describe, rows)) or "a lock that is released by now"
        raise PgproofError(
            f"the definitions cannot be read: blocked by {names}",
            hint="End or wait for the blocker, then run the same command again.",
            exit_code=Exit.LOCKED,
        ) from error
