"""`compat`: an application's statements before and after each migration, and after its rollback."""

import time
from collections.abc import Iterator, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass, field

from pgproof.compat import records
from pgproof.compat.afterwards import run_after
from pgproof.compat.looker import FACTOR, Application, Looker, States
from pgproof.compat.observer import refuse_role
from pgproof.compat.records import Compatibility, Mismatch, Needed
from pgproof.compat.start import Start, start
from pgproof.compat.statements import Statement
from pgproof.compat.statistics import Carrier, Statistics
from pgproof.connection import Connection, connect
from pgproof.errors import InputError, PgproofError
from pgproof.report import Reporter, silent
from pgproof.run.interrupt import interruptible
from pgproof.scratch.copies import Prepare
from pgproof.scratch.databases import databases
from pgproof.scratch.source import Source
from pgproof.settings import Settings


@dataclass
class _Rounds:
    """Goes up and down on one database, and gathers what is found."""

    looker: Looker
    carrier: Carrier
    start: Start
    settings: Settings
    found: list[Mismatch] = field(default_factory=list)
    needed: dict[Statement, str | None] = field(default_factory=dict)
    known: set[Statement] = field(default_factory=set)
    worked: set[Statement] = field(default_factory=set)
    """What was there, and what worked, before a migration that is checked."""
    done: list[str] = field(default_factory=list)
    stopped: str | None = None
    """Why the migrations after a rollback could not be checked."""

    def look(self, before: States | None = None) -> States:
        """Return each statement as it is now."""
        run_after(self.start.conninfo, self.settings)
        self.carrier.carry()
        return self.looker.look(before)

    def need(self, migration: str | None, states: States) -> None:
        """Remember with which migration each statement of the new application began to work."""
        for one in self.looker.application.new:
            if states[one].seen.refusal:
                self.needed.pop(one, None)
            else:
                self.needed.setdefault(one, migration)

    def all(self, report: Reporter) -> tuple[States, States]:
        """Go through the migrations; return the statements before all and after all."""
        first = last = self.look()
        self.need(None, first)
        for migration in self.start.migrations:
            report("file", file=migration.path.name, id=migration.id)
            self.start.steps.add(migration)
            self.start.steps.up()
            before, last = last, self.look(last)
            self.need(migration.id, last)
            if migration.id not in self.start.checked:
                continue
            self.known |= set(before)
            self.worked |= {one for one in before if before[one].seen.refusal is None}
            self._compare(migration.id, records.UP, before, last)
            self.done.append(migration.id)
            if migration.undo:
                count = len(self.found)
                if not self._undo(migration.id, before):
                    break
                # What the rollback broke may stay broken: the next migration is not at fault.
                last = self.look() if len(self.found) > count else last
        return first, last

    def _undo(self, name: str, before: States) -> bool:
        """Roll a migration back and apply it again. Return whether that can be done."""
        try:
            self.start.steps.down()
            self._compare(name, records.DOWN, before, self.look(before))
            self.start.steps.up()
        except PgproofError as error:
            self.stopped = f"{name} cannot be rolled back and applied again: {error.message}"
            return False
        return True

    def _compare(self, migration: str, step: str, before: States, after: States) -> None:
        self.found += dict.fromkeys(self.looker.mismatches(migration, step, before, after))


def compat(
    conninfo: str,
    settings: Settings,
    application: Application,
    source: Source | None = None,
    only: Sequence[str] = (),
    statistics: str | None = None,
    *,
    every: bool = False,
    factor: float = FACTOR,
    prepare: Prepare = str,
    report: Reporter = silent,
) -> Compatibility:
    """Prepare and explain an application's statements on a scratch database as it is migrated.

    The scratch database is made on the server of `conninfo`, and dropped; the database itself is
    not changed. `statistics` is the connection string of a database whose statistics the planner is
    given. Raises RefusedError for everything that `migrate` would refuse, and PgproofError if a
    migration cannot be applied or rolled back.
    """
    began = time.monotonic()
    with interruptible(), ExitStack() as stack:
        made = stack.enter_context(databases(conninfo))
        begun = start(
            stack, made, conninfo, settings, source or Source(), only, every=every, prepare=prepare
        )
        connection = stack.enter_context(
            connect(begun.conninfo, autocommit=True, prepare_threshold=None)
        )
        carrier = Carrier(
            connection, Statistics.of(statistics) if statistics else None, begun.has_data
        )
        looker = Looker(connection, application, factor)
        rounds = _Rounds(looker, carrier, begun, settings)
        first, last = rounds.all(report)
        _refuse(connection, rounds)
        asked = [one for one in looker.old if one in rounds.known]
        unchecked = tuple(_unchecked(rounds.worked, asked, first))
        return Compatibility(
            version=connection.info.parameter_status("server_version") or "",
            copied=begun.copied,
            statistics=carrier.said,
            statements=len(asked),
            checked=len(asked) - len(unchecked),
            migrations=tuple(rounds.done),
            stopped=rounds.stopped,
            found=tuple(rounds.found),
            needed=tuple(_needed(rounds, last)),
            unchecked=unchecked,
            notes=tuple(carrier.notes),
            seconds=round(time.monotonic() - began, 3),
        )


def _needed(rounds: _Rounds, last: States) -> Iterator[Needed]:
    for one in rounds.looker.application.new:
        refusal = last[one].seen.refusal
        said = str(refusal) if refusal else None
        yield Needed(one.name, one.place, None if refusal else rounds.needed[one], said)


def _unchecked(
    worked: Set[Statement], old: Sequence[Statement], first: States
) -> Iterator[tuple[str, str]]:
    """Yield each statement that works before no migration, and why it does not at first."""
    for one in old:
        if one not in worked:
            refusal = first[one].seen.refusal if one in first else None
            yield one.label, str(refusal or "its function is made by a migration")


def _refuse(connection: Connection, rounds: _Rounds) -> None:
    """Raise InputError for a role or function that is there in no state."""
    role = rounds.looker.application.role
    if role:
        refuse_role(connection, role)
    for pattern, several in rounds.looker.called.items():
        if not several:
            raise InputError(
                f"no function {pattern!r}" + (f" that {role} may call" if role else ""),
                hint="Name functions as schema.name, or as schema.* all of a schema.",
            )
