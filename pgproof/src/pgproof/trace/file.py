"""Tracing one file: its statements one by one on one copy, and together on another."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from psycopg import conninfo as conninfos

from pgproof.ahead.lint import Violation
from pgproof.ahead.plan import planned
from pgproof.ahead.shapes import is_query, shape
from pgproof.connection import connect
from pgproof.files.script import Migration, Script
from pgproof.files.statement import Kind, Statement
from pgproof.report import Reporter
from pgproof.run.failure import SqlFailureError
from pgproof.run.session import Session
from pgproof.scratch.databases import Databases
from pgproof.settings import Settings
from pgproof.sql.parser import tree
from pgproof.trace.alone import SINGLE, Alone, replay
from pgproof.trace.claims import with_claims
from pgproof.trace.deadlocks import Transaction, deadlocks, held, steps_of
from pgproof.trace.holders import Holders
from pgproof.trace.others import of_keys, of_queries
from pgproof.trace.records import Measured, TracedFile, TracedStatement
from pgproof.trace.relations import IN_TRANSACTION, Snapshot, snapshot
from pgproof.trace.shared import created, is_shared
from pgproof.trace.whole import Whole, combined, whole

_EMPTY = "{} has no rows in the copy: what a rewrite or a read of it costs is not measured"
_ENOUGH = 50
"""Of statements that differ in constants alone, so many are measured."""
_SHARED = "changes the server and not the copy alone: it is rolled back, or not run"


@dataclass
class Tracer:
    """Traces one file after the other; `base` is the database as the files before leave it."""

    made: Databases
    base: str
    settings: Settings
    role: str | None
    report: Reporter
    queries: Script | None = None

    def session(self, conninfo: str) -> Session:
        """Return a session as the runner has it at the beginning of a file."""
        session = Session(
            conninfo,
            search_path=self.settings.search_path,
            settings=self.settings.session,
            application_name="pgproof trace",
        )
        session.forget(self.role)
        session.run(SINGLE)
        return session

    def apply(self, migration: Migration) -> None:
        """Run a file as the runner does, without measuring. Raises SqlFailureError."""
        session = self.session(self.base)
        try:
            script = migration.script
            trees = [tree(one.sql) for one in script.statements]
            self.made.roles += filter(None, map(created, trees))
            kept = [
                statement
                for statement, parsed in zip(script.statements, trees, strict=True)
                if not is_shared(parsed, self.made.roles)
            ]
            if script.header.transactional:
                replay(session, script, kept)
            else:
                for one in kept:
                    session.execute(script, one, one.sql)
        finally:
            session.close()

    def trace(self, migration: Migration, findings: Sequence[Violation]) -> TracedFile:
        """Measure a file, and leave it applied in the base."""
        script = migration.script
        self.report("file", file=migration.path.name, statements=len(script.statements))
        transactional = script.header.transactional
        other = self.made.create(_name(self.base)) if transactional else None
        known = len(self.made.roles)
        session = self.session(self.base)
        try:
            foretold = planned(migration, session.connection, self.settings, findings)
            names = snapshot(session.connection, IN_TRANSACTION)
            others = list(of_keys(session.connection, names))
            statements = self._alone(session, script, names)
        finally:
            session.close()
        failed = any(one.failure for one in statements)
        failure, unasked = None, list[str]()
        if other is not None:
            if self.queries:
                for one in self._queried(other, self.queries, names):
                    if isinstance(one, str):
                        unasked.append(one)
                    else:
                        others.append(one)
            with self._without(self.made.roles[known:], keep=failed):
                together = self._together(other, script, names, statements)
            statements = combined(statements, together, names)
            if together.failure is not None:
                failure = together.failure.message
            if failed:
                self.made.drop(self.base)
                self.base = other
            else:
                self.made.drop(other)
        elif any(one.failure for one in statements):
            failure = next(one.failure for one in statements if one.failure)
        own = Transaction(migration.id, tuple(steps_of(statements)))
        return TracedFile(
            migration.id,
            str(migration.path),
            transactional,
            with_claims(statements, foretold),
            held(statements, transactional=transactional),
            deadlocks(own, others) if transactional else (),
            failure,
            tuple(unasked),
        )

    def _queried(self, conninfo: str, queries: Script, names: Snapshot) -> list[Transaction | str]:
        session = self.session(conninfo)
        try:
            return list(of_queries(session, conninfo, queries, names))
        finally:
            session.close()

    def _alone(self, session: Session, script: Script, names: Snapshot) -> list[TracedStatement]:
        found = []
        failure = None
        known: dict[str, list[Measured]] = {}
        with (
            closing(connect(self.base, autocommit=True)) as observer,
            closing(Holders(self.base, observer)) as holders,
        ):
            alone = Alone(session, script, names, observer, holders, self.made.roles)
            for statement in script.statements:
                notes: tuple[str, ...] = ()
                measured = Measured()
                if failure is None:
                    try:
                        alike = shape(statement.sql) if is_query(statement.sql) else ""
                        seen = known.setdefault(alike, [])
                        if alike and len(seen) >= _ENOUGH:
                            measured = alone.repeat(statement, seen[-1])
                        else:
                            measured = _measured(alone, statement)
                            seen.append(measured)
                        notes = tuple(_EMPTY.format(one) for one in measured.empty)
                        if is_shared(tree(statement.sql), self.made.roles):
                            notes += (_SHARED,)
                    except SqlFailureError as error:
                        failure = error.message
                found.append(
                    TracedStatement(
                        statement.number, statement.line, statement.sql, measured, failure, notes
                    )
                )
        return found

    def _together(
        self, conninfo: str, script: Script, names: Snapshot, statements: list[TracedStatement]
    ) -> Whole:
        """Run the file in one transaction, and commit it if its statements fail by themselves."""
        session = self.session(conninfo)
        try:
            found = whole(session, conninfo, script, names, statements)
            failed = any(one.failure for one in statements)
            changes_server = any(is_shared(tree(one.sql), ()) for one in statements)
            if failed and found.failure is None and not changes_server:
                session.run("commit")
        finally:
            session.close()
        return found

    @contextmanager
    def _without(self, roles: Sequence[str], *, keep: bool) -> Iterator[None]:
        """Let roles have other names in the block, and after it too if `keep` says so."""
        renamed = {role: f"{role[:40]}_{number}_pgproof" for number, role in enumerate(roles)}
        for role, other in renamed.items():
            self.made.rename_role(role, other)
        yield
        if keep:
            self.made.roles += renamed
            return
        for role, other in renamed.items():
            self.made.rename_role(other, role)


def _measured(alone: Alone, statement: Statement) -> Measured:
    """Measure a statement as the runner runs it."""
    transactional = alone.script.header.transactional
    if statement.kind is Kind.OUTSIDE and is_shared(tree(statement.sql), alone.roles):
        return Measured()
    if transactional or statement.kind in (Kind.ORDINARY, Kind.SETTING):
        return alone.measure(statement, tree(statement.sql))
    return alone.outside(statement)


def _name(conninfo: str) -> str:
    return str(conninfos.conninfo_to_dict(conninfo)["dbname"])
