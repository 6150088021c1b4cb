"""The database that a review looks at, what is pending there, and the record that binds both."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pgproof.catalogue import snapshot
from pgproof.catalogue.snapshot import Objects
from pgproof.files.folder import Folder
from pgproof.files.script import Migration
from pgproof.ledger import compare
from pgproof.ledger.reader import Reader
from pgproof.review.records import Level, Remark
from pgproof.reviewed.check import YES, meaning, of_migration
from pgproof.reviewed.record import Record
from pgproof.reviewed.schema import schema
from pgproof.run.repeatable import repeatables
from pgproof.settings import Settings


@dataclass(frozen=True)
class Database:
    """`around` are hashes by the name of each repeatable file, `due` the names of those due."""

    name: str
    version: str
    ledger_schema: str
    objects: Objects
    is_applied: bool
    pending: tuple[Migration, ...]
    around: dict[str, str]
    due: tuple[str, ...]


def looked(reader: Reader, folder: Folder, settings: Settings) -> Database:
    """Read it. Writes nothing."""
    state = reader.known.state
    work = compare.compare(folder, state, allow_out_of_order=True)
    before, after = repeatables(settings, folder)
    every = (*before, *after)
    return Database(
        reader.server.database,
        reader.connection.info.parameter_status("server_version") or "",
        reader.ledger.schema,
        snapshot.take(reader.connection, reader.ledger.schema).objects,
        bool(state.applied),
        work.pending,
        {one.name: one.script.raw_sha256 for one in every},
        tuple(one.name for one in every if work.pending or one.is_due(state)),
    )


def record_of(settings: Settings, found: Database, remarks: Iterable[Remark]) -> Record:
    """Return the record of a review that has made those remarks."""
    reasons = [
        f"{one.migration}: {one.message}" if one.migration else one.message
        for one in remarks
        if one.level is Level.NO
    ]
    return Record(
        verdict="no" if reasons else YES,
        reasons=tuple(dict.fromkeys(reasons)),
        files=tuple(of_migration(one) for one in found.pending),
        around=found.around,
        settings=meaning(settings),
        schema=schema(found.objects),
        database=found.name,
        version=found.version,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
