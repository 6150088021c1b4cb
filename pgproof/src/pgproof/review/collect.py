"""`review`: everything that is known of what is pending, and the verdict."""

import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from psycopg.conninfo import conninfo_to_dict

from pgproof.ahead.plan import Plan, PlannedFile, plan
from pgproof.ahead.sizes import Size, sizes
from pgproof.catalogue import snapshot
from pgproof.catalogue.grouped import lasting
from pgproof.catalogue.snapshot import Objects
from pgproof.connection import connect
from pgproof.errors import InputError
from pgproof.files.folder import read
from pgproof.files.script import Migration, load
from pgproof.ledger.reader import reading
from pgproof.order.records import Order
from pgproof.report import Reporter, silent
from pgproof.review.budgets import budgets
from pgproof.review.changes import changes
from pgproof.review.diagram import diagram
from pgproof.review.general import of_all, of_drift, of_order
from pgproof.review.judge import Judge
from pgproof.review.looked import Database, looked, record_of
from pgproof.review.records import Review, ReviewedFile
from pgproof.reviewed.check import of_migration
from pgproof.run.failure import LOCK_STATES
from pgproof.run.interrupt import interruptible
from pgproof.scratch.copies import Prepare, database_of, has_objects
from pgproof.scratch.databases import Databases, databases
from pgproof.scratch.source import Source
from pgproof.settings import Settings, origin
from pgproof.trace.records import Trace
from pgproof.trace.trace import trace
from pgproof.verify.records import Verification
from pgproof.verify.verify import verify

_ATTEMPTS = 3
"""How often files are traced that fail by a lock: the runner would try them again, too."""


@dataclass
class _Seen:
    """What `look` saw of the copies: their objects before the first file and after each."""

    made: Databases
    ledger_schema: str
    objects: list[Objects] = field(default_factory=list)
    template: str = ""

    def look(self, conninfo: str) -> None:
        """Note the objects, and keep the first copy, to verify on."""
        if not self.template:
            name = str(conninfo_to_dict(conninfo)["dbname"])
            self.template = database_of(self.made.create(template=name))
        with connect(conninfo, autocommit=True) as connection:
            self.objects.append(snapshot.take(connection, self.ledger_schema).objects)


def review(
    conninfo: str,
    settings: Settings,
    *,
    scratch: str | None = None,
    only: Sequence[str] = (),
    replay: bool = False,
    order: Order | None = None,
    report: Reporter = silent,
    prepare: Prepare = str,
) -> Review:
    """Plan, trace and verify what is pending, and compare the schema before and after.

    The database of `conninfo` is read, and nothing in it is changed; scratch databases are made on
    its server, or on that of `scratch`, and dropped. With `only`, other pending files are run and
    not measured. `order` is what is known of the order of merges. Raises RefusedError for
    everything that `migrate` would refuse.
    """
    started = time.monotonic()
    allowed = budgets(settings.budgets, origin(settings, "budgets"))
    folder = read(settings.migrations, settings.program)
    planned = plan(conninfo, settings)
    with interruptible(), ExitStack() as stack:
        with reading(conninfo, settings, folder) as reader:
            found = looked(reader, folder, settings)
        _refuse_unknown(only, found.pending, settings)
        server = scratch or conninfo
        seen = _Seen(stack.enter_context(databases(server)), found.ledger_schema)
        traced = verified = None
        for _ in range(_ATTEMPTS if found.pending else 0):
            seen.objects.clear()
            traced = trace(
                conninfo,
                settings,
                Source(replay=replay),
                only,
                report=report,
                prepare=prepare,
                scratch=scratch,
                look=seen.look,
            )
            if not _met_a_lock(traced):
                break
        if traced and not any(file.failure for file in traced.files):
            names = only or [one.id for one in found.pending]
            verified = verify(
                server,
                settings,
                # An empty one gets rows that fit later migrations, as a copy does not.
                template=seen.template if found.is_applied or has_objects(conninfo) else None,
                only=names,
                report=report,
                prepare=prepare,
            )
        others = [*of_drift(conninfo, settings, server, prepare, found, allowed.drift)]
    known = _sizes(conninfo, settings, planned, traced)
    sides = [lasting(one) for one in seen.objects] or [lasting(found.objects)]
    files = []
    for place, migration in enumerate(found.pending):
        if only and migration.id not in only:
            continue
        here = next(one for one in planned.files if one.id == migration.id)
        files.append(_file(migration, here, traced, verified, sides[place : place + 2]))
    ids = frozenset(one.id for one in found.pending)
    files = [
        replace(
            one,
            remarks=Judge(
                allowed, known, one.planned, one.traced, one.verified, _undo(found, one.id), ids
            ).remarks(),
        )
        for one in files
    ]
    others += [*of_all(planned, found, traced, verified), *of_order(order)]
    record = record_of(settings, found, [*(r for one in files for r in one.remarks), *others])
    return Review(
        record,
        allowed,
        tuple(files),
        changes(sides[0], sides[-1]),
        diagram(sides[0], sides[-1]),
        tuple(others),
        known,
        copied=traced.copied if traced else "",
        order=order,
        seconds=round(time.monotonic() - started, 3),
        unknown=planned.unknown,
    )


def _met_a_lock(traced: Trace) -> bool:
    failures = (one.failure or "" for one in traced.files)
    return any(f"(SQLSTATE {state})" in one for one in failures for state in LOCK_STATES)


def _refuse_unknown(only: Sequence[str], pending: Iterable[Migration], settings: Settings) -> None:
    ids = {one.id for one in pending}
    for name in only:
        if name not in ids:
            raise InputError(
                f"{name!r} is not pending",
                hint=f"`{settings.program} status` shows which files are.",
            )


def _file(
    migration: Migration,
    planned: PlannedFile,
    traced: Trace | None,
    verified: Verification | None,
    sides: Sequence[Objects],
) -> ReviewedFile:
    own = of_migration(migration)
    measured = (
        next((one for one in traced.files if one.id == migration.id), None) if traced else None
    )
    proved = verified.migrations if verified else ()
    return ReviewedFile(
        migration.id,
        str(migration.path),
        own.sha256,
        own.rollback_sha256,
        migration.script.text,
        load(migration.undo).text if migration.undo else None,
        planned,
        measured,
        next((one for one in proved if one.id == migration.id), None),
        changes(*sides) if len(sides) == 2 else (),
    )


def _undo(found: Database, name: str) -> str | None:
    undo = next((one.undo for one in found.pending if one.id == name), None)
    return str(undo) if undo else None


def _sizes(
    conninfo: str, settings: Settings, planned: Plan, traced: Trace | None
) -> dict[str, Size]:
    """Return the sizes of what is locked, rewritten or read, in the database itself."""
    names: set[str] = set()
    for file in planned.files:
        for one in file.statements:
            names |= {*(lock.relation for lock in one.locks), *one.rewrites, *one.scans}
    for traced_file in traced.files if traced else ():
        for statement in traced_file.statements:
            measured = statement.measured
            names |= {lock.relation for lock in measured.locks} | {*measured.rewrites}
            names |= {scan.relation for scan in measured.scans} | {*measured.empty}
    with connect(conninfo, autocommit=True) as connection:
        return sizes(connection, settings.search_path, names)
