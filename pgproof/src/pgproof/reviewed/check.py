"""Whether a review covers what is about to run: its bytes, its settings, and the schema."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgproof.catalogue.snapshot import Objects
from pgproof.errors import Exit, PgproofError
from pgproof.files.script import Migration, load
from pgproof.ledger.state import State
from pgproof.reviewed import record as records
from pgproof.reviewed.record import File, Record, UnusableError
from pgproof.reviewed.schema import Schema, schema
from pgproof.settings import Settings

_SHOWN = 5
YES = "yes"


@dataclass(frozen=True)
class Run:
    """What is about to run. `around` are the hashes of the repeatable files that are due.

    `objects` reads what the database holds, `recorded` what the runner left there, if it has noted.
    """

    pending: Sequence[Migration]
    around: Mapping[str, str]
    state: State
    settings: Settings
    objects: Callable[[], Objects]
    recorded: Callable[[], Objects | None]


def folder(settings: Settings) -> Path:
    """Return the folder of the records."""
    return settings.reviews or settings.root / "reviews"


def meaning(settings: Settings) -> dict[str, Any]:
    """Return the settings that give the same bytes another meaning."""
    return {
        "search_path": settings.search_path,
        "session": dict(settings.session),
        "owner": settings.owner,
    }


def of_migration(migration: Migration) -> File:
    """Return the hashes of a migration and of its rollback file. Raises RefusedError."""
    undo = load(migration.undo).raw_sha256 if migration.undo else None
    return File(migration.id, migration.script.raw_sha256, undo)


def covering(run: Run) -> Record:
    """Return a record that covers the run. Raises PgproofError (UNREVIEWED) if none does.

    Files that are no records, or were edited, cover nothing; each is named with the reason.
    """
    where = folder(run.settings)
    faults: list[tuple[bool, str]] = []
    names = [one.id for one in run.pending]
    for path in _files(where):
        try:
            record = records.read(path)
        except UnusableError as error:
            faults.append((False, f"{path}: {error}"))
            continue
        fault = next(_faults(record, run), None)
        if fault is None:
            return record
        is_other = not {one.id for one in record.files} & set(names)
        faults.append((is_other, f"{path}: {fault}"))
    said = [text for _, text in sorted(faults, key=lambda one: one[0])]
    more = [f"and {len(said) - _SHOWN:,} more"] if len(said) > _SHOWN else []
    lines = said[:_SHOWN] + more or [f"{where}: there is no review"]
    raise _unreviewed(names or list(run.around), lines, run.settings.program)


def covered_bytes(settings: Settings, around: Mapping[str, str]) -> None:
    """Raise PgproofError (UNREVIEWED) for repeatable files that no review with a yes has seen."""
    seen = set()
    for path in _files(folder(settings)):
        try:
            record = records.read(path)
        except UnusableError:
            continue
        if record.verdict == YES:
            seen |= set(record.around.items())
    left = [name for name, digest in around.items() if (name, digest) not in seen]
    if left:
        raise _unreviewed(left, [], settings.program)


def _files(where: Path) -> list[Path]:
    return sorted(where.glob("*.json")) if where.is_dir() else []


def _unreviewed(names: Sequence[str], lines: Sequence[str], program: str) -> PgproofError:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    message = f"no review covers {', '.join(names[:_SHOWN])}{more}"
    return PgproofError(
        "\n".join((message, *(f"  {line}" for line in lines))),
        hint=f"Record one with `{program} review --record` against this database. In an emergency:"
        f" `{program} migrate --unreviewed REASON`, which the ledger records.",
        exit_code=Exit.UNREVIEWED,
    )


def _faults(record: Record, run: Run) -> Iterator[str]:
    """Yield why a record does not cover the run; the schema is read last, if it is read."""
    place = _place(record, run)
    if place is None:
        yield from _other_files(record, run)
        yield "it is of other migrations"
        return
    for name, digest in run.around.items():
        if record.around.get(name) != digest:
            yield f"{name}: other bytes than those that were reviewed"
    for name, value in meaning(run.settings).items():
        if record.settings.get(name) != value:
            said = record.settings.get(name)
            yield f"the setting {name} is {value!r}, and was {said!r} at the review"
    if record.verdict != YES:
        yield f"its verdict is {record.verdict}: {'; '.join(record.reasons) or 'no reason given'}"
    yield from _other_schema(record, run, is_begun=place > 0 or _is_partial(run))


def _place(record: Record, run: Run) -> int | None:
    """Return where in the record what is pending begins; None where its bytes are not the same.

    Those before must be applied, as they were reviewed: then a run under this review was
    interrupted.
    """
    pending = [of_migration(one) for one in run.pending]
    for place in range(len(record.files) - len(pending) + 1):
        if list(record.files[place : place + len(pending)]) != pending:
            continue
        before = record.files[:place]
        applied = [run.state.applied.get(one.id) for one in before]
        if all(
            a and a.raw_sha256 == b.sha256 for a, b in zip(applied, before, strict=True)
        ) and not (not pending and place < len(record.files)):
            return place
    return None


def _other_files(record: Record, run: Run) -> Iterator[str]:
    reviewed = {one.id: one for one in record.files}
    for migration in run.pending:
        own, one = of_migration(migration), reviewed.get(migration.id)
        if one is None:
            yield f"{migration.path.name} was not reviewed"
        elif one.sha256 != own.sha256:
            yield f"{migration.path.name}: other bytes than those that were reviewed"
        elif one.rollback_sha256 != own.rollback_sha256:
            yield f"{migration.undo_path.name}: other bytes than those that were reviewed"


def _is_partial(run: Run) -> bool:
    return bool(run.pending) and (run.pending[0].id, "apply") in run.state.journal


def _other_schema(record: Record, run: Run, *, is_begun: bool) -> Iterator[str]:
    """Yield the objects that are not as they were reviewed.

    The role that owns most of them may have another name here, or have stopped to own most.
    """
    objects = run.objects()
    left = run.recorded() if is_begun else None
    if is_begun and left is None:
        return  # What an interrupted run has made so far was not noted.
    found = [
        _differing(record.schema, schema(objects, owner), schema(left, owner) if left else None)
        for owner in dict.fromkeys((record.schema.owner, None))
    ]
    fewest = min(found, key=len)
    if fewest:
        more = f" and {len(fewest) - _SHOWN:,} more" if len(fewest) > _SHOWN else ""
        names = ", ".join(fewest[:_SHOWN])
        yield f"the schema is not the one that was reviewed: {names}{more}"


def _differing(reviewed: Schema, found: Schema, left: Schema | None) -> list[str]:
    """Return what differs, but for what an interrupted run has left as it is."""
    differing = reviewed.differing(found)
    if left is None:
        return differing
    return [one for one in differing if found.objects.get(one) != left.objects.get(one)]
