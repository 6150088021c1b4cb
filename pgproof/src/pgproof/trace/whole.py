"""Running a whole file in one transaction, to see what its statements inherit, and their order."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import psycopg

from pgproof.connection import connect
from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.run.failure import SqlFailureError
from pgproof.run.session import Session
from pgproof.sql.parser import tree
from pgproof.trace.alone import IMMEDIATE
from pgproof.trace.holders import Holders, run_held
from pgproof.trace.records import Measured, TracedStatement
from pgproof.trace.relations import (
    IN_TRANSACTION,
    STORED,
    Pair,
    Snapshot,
    held,
    locks_of,
    snapshot,
)
from pgproof.trace.work import work

_TOGETHER = "measured in the transaction of the whole file, since by itself a statement fails: {}"


@dataclass
class Whole:
    """Orders of locks and measurements by statement; `failure` is where the transaction fails."""

    order: dict[int, list[int]] = field(default_factory=dict)
    measured: dict[int, Measured] = field(default_factory=dict)
    failure: SqlFailureError | None = None


def whole(
    session: Session,
    conninfo: str,
    script: Script,
    names: Snapshot,
    statements: Sequence[TracedStatement],
) -> Whole:
    """Run a file in one transaction, without committing it.

    Measured are the statements that fail by themselves, and of the others the order of their locks.
    """
    found = Whole()
    oids = {one.label: oid for oid, one in names.items()}
    with (
        closing(connect(conninfo, autocommit=True)) as observer,
        closing(Holders(conninfo, observer)) as holders,
    ):
        try:
            session.run("begin")
            for statement, one in zip(script.statements, statements, strict=True):
                run = _Run(session, observer, holders, script, statement, names)
                if one.failure:
                    found.measured[one.number] = run.measured()
                else:
                    found.order[one.number] = run.order(_to_watch(one, oids, names))
            session.execute(script, None, IMMEDIATE)
        except SqlFailureError as error:
            found.failure = error
    return found


def _to_watch(one: TracedStatement, oids: dict[str, int], names: Snapshot) -> list[int]:
    """Return the tables of which the order is not known: not so where there is but one."""
    locked = [oids[lock.relation] for lock in one.measured.locks]
    tables = [oid for oid in locked if names[oid].kind in ("p", *STORED)]
    return tables if len(tables) > 1 and not one.measured.ordered else []


@dataclass(frozen=True)
class _Run:
    session: Session
    observer: psycopg.Connection[object]
    holders: Holders
    script: Script
    statement: Statement
    names: Snapshot

    def order(self, watched: Sequence[int]) -> list[int]:
        """Run the statement; return the watched relations in the order of its first locks."""
        return [oid for oid, _ in self._held(watched)[0]]

    def measured(self) -> Measured:
        """Run the statement and measure what it adds to its transaction."""
        before = snapshot(self.session.connection, IN_TRANSACTION)
        had = held(self.observer, self.session.pid)
        asked, seconds = self._held(list(self.names))
        pairs = [*asked, *sorted(held(self.observer, self.session.pid) - had)]
        after = snapshot(self.session.connection, IN_TRANSACTION)
        truncates = tree(self.statement.sql).is_a("TruncateStmt")
        done = work(before, after, self.names, truncates=truncates)
        return Measured(
            locks=locks_of(pairs, self.names, [oid for oid, _ in asked]),
            rewrites=done.rewrites,
            scans=done.scans,
            rows=done.rows,
            seconds=round(seconds, 6),
            empty=done.empty,
        )

    def _held(self, watched: Sequence[int]) -> tuple[list[Pair], float]:
        touched = {oid for oid, _ in held(self.observer, self.session.pid)}
        free = [self.names[oid] for oid in watched if oid not in touched]
        return run_held(self.session, self.script, self.statement, self.holders, free)


def combined(
    statements: Sequence[TracedStatement], together: Whole, names: Snapshot
) -> list[TracedStatement]:
    """Return the statements with the order of their locks, and with what is measured together."""
    oids = {relation.label: oid for oid, relation in names.items()}
    found = []
    for one in statements:
        if one.number in together.order:
            known = [oids[lock.relation] for lock in one.measured.locks]
            pairs = [(oids[lock.relation], m) for lock in one.measured.locks for m in lock.modes]
            locks = locks_of(pairs, names, [*together.order[one.number], *known])
            found.append(replace(one, measured=replace(one.measured, locks=locks)))
        elif one.number in together.measured and one.failure and together.failure is None:
            notes = (*one.notes, _TOGETHER.format(one.failure))
            measured = together.measured[one.number]
            found.append(replace(one, measured=measured, notes=notes, failure=None))
        else:
            found.append(one)
    return found
