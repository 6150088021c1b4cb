"""What a run would do: each pending statement, its locks and its cost, on this server."""

import hashlib
from collections.abc import Container, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pgproof.ahead.lint import Ignored, Violation, ignored, lint
from pgproof.ahead.locks import Effect
from pgproof.ahead.replaced import differences
from pgproof.ahead.shapes import shape, without_numbers
from pgproof.ahead.sizes import Size, sizes
from pgproof.files import restores
from pgproof.files.folder import Folder, read
from pgproof.files.problem import Problem, collecting, refuse
from pgproof.files.script import Migration, load
from pgproof.files.statement import Kind, Statement
from pgproof.ledger import compare
from pgproof.ledger.reader import Connection, reading
from pgproof.ledger.state import State
from pgproof.run import repeatable
from pgproof.run.repeatable import repeatables
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.ahead.forecast import Forecast


@dataclass(frozen=True)
class PlannedLock:
    """The strongest lock on a relation, which is named with its schema."""

    relation: str
    mode: str


@dataclass(frozen=True)
class PlannedStatement:
    """A statement and what it does. `lock_timeout` is empty where it waits without limit.

    `difference` is a unified diff of a definition that is there, and the new one. `locks`,
    `rewrites` and `scans` are of relations that were there before the file, as a trace has them.
    `alike` is the number of the first statement of its file that differs in numbers and constants
    alone.
    """

    number: int
    line: int
    words: str
    in_transaction: bool
    lock_timeout: str
    alike: int
    effects: tuple[Effect, ...]
    difference: tuple[str, ...] = ()
    locks: tuple[PlannedLock, ...] = ()
    rewrites: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedFile:
    """A pending migration. `done` counts the statements that an interrupted run finished.

    `sha256` is of the file and its rollback file.
    """

    id: str
    path: str
    sha256: str
    transactional: bool
    irreversible: str | None
    about: str
    done: int
    statements: tuple[PlannedStatement, ...]
    findings: tuple[Violation, ...]
    ignored: tuple[Ignored, ...] = ()
    """The linter's rules that the file turns off."""
    restores: tuple[str, ...] = ()
    """What the directives of the rollback file resolve to."""

    @property
    def effects(self) -> Iterator[Effect]:
        """The effects of its statements, in order."""
        return (effect for statement in self.statements for effect in statement.effects)


@dataclass(frozen=True)
class Plan:
    """The pending work in order. `sizes` is by relation as effects name it.

    `unknown` says what could not be known of any statement.
    """

    files: tuple[PlannedFile, ...] = ()
    repeatables: tuple[str, ...] = ()
    sizes: dict[str, Size] = field(default_factory=dict)
    linted: bool = True
    unknown: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of what is pending, in order: it changes with a byte of a file or its rollback."""
        lines = "".join(f"{file.id} {file.sha256}\n" for file in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON; paths are strings."""
        return {**asdict(self), "digest": self.digest}


def plan(conninfo: str | None, settings: Settings) -> Plan:
    """Look at every pending statement. Writes nothing; needs SELECT on the ledger alone.

    Without `conninfo` no server is asked, and every file is taken to be pending. Raises
    RefusedError for everything that `migrate` would refuse.
    """
    folder = read(settings.migrations, settings.program)
    if conninfo is None:
        return _planned(settings, folder, State(), None)
    with reading(conninfo, settings, folder) as reader:
        return _planned(settings, folder, reader.known.state, reader.connection)


def planned(
    migration: Migration,
    connection: Connection,
    settings: Settings,
    findings: Iterable[Violation] = (),
) -> PlannedFile:
    """Look at the statements of one file, against a database as the files before it leave it."""
    from pgproof.ahead.forecast import prepare

    forecast, _ = prepare(connection, settings)
    forecast.begin(transactional=migration.script.header.transactional)
    return _file(migration, set(), findings, settings.lock_timeout, forecast)


def _planned(
    settings: Settings, folder: Folder, state: State, connection: Connection | None
) -> Plan:
    work = compare.compare(folder, state, allow_out_of_order=True)
    problems: list[Problem] = []
    with collecting(problems):
        compare.check(folder, state, work, settings.program)
    refuse(problems + repeatable.problems(settings, folder))
    before, after = repeatables(settings, folder)
    due = tuple(one.name for one in (*before, *after) if work.pending or one.is_due(state))
    modes = {one.path: one.script.header.transactional for one in work.pending}
    findings = lint(modes, settings.root)
    found = Plan(repeatables=due, linted=findings is not None)
    if not work.pending:
        return found
    from pgproof.ahead.forecast import prepare

    forecast, unknown = prepare(connection, settings)
    files = []
    for migration in work.pending:
        forecast.begin(transactional=migration.script.header.transactional)
        steps = state.journal.get((migration.id, "apply"), ())
        skip = {step.number for step in steps if step.finished}
        files.append(_file(migration, skip, findings or [], settings.lock_timeout, forecast))
    files = [_with_texts(file, work, state.applied) for file in files]
    names = {effect.relation for file in files for effect in file.effects} - {""}
    known = sizes(connection, settings.search_path, names) if connection else {}
    return replace(found, files=tuple(files), sizes=known, unknown=unknown)


def _file(
    migration: Migration,
    skip: set[int],
    findings: Iterable[Violation],
    lock_timeout: str,
    forecast: "Forecast",
) -> PlannedFile:
    script = migration.script
    first: dict[str, int] = {}
    return PlannedFile(
        id=migration.id,
        path=str(migration.path),
        sha256=_sha256(migration),
        transactional=script.header.transactional,
        irreversible=script.header.irreversible,
        about=_about(script.text),
        done=len(skip),
        statements=tuple(
            _statement(statement, script.header.transactional, lock_timeout, forecast, first)
            for statement in script.statements
            if statement.number not in skip
        ),
        findings=tuple(one for one in findings if one.path == migration.path.resolve()),
        ignored=tuple(ignored(script.text)),
    )


def _with_texts(file: PlannedFile, work: compare.Work, applied: Container[str]) -> PlannedFile:
    """Return the file with what it changes in texts, and what its rollback file restores."""
    migration = next(one for one in work.pending if one.id == file.id)
    texts = differences(migration, restores.before(migration, work.ordered, applied))
    return replace(
        file,
        statements=tuple(
            replace(one, difference=texts.get(one.number, one.difference))
            for one in file.statements
        ),
        restores=restores.described(migration, work.ordered, applied),
    )


def _sha256(migration: Migration) -> str:
    undo = load(migration.undo).raw if migration.undo else b""
    return hashlib.sha256(migration.script.raw + b"\0" + undo).hexdigest()


def _statement(
    statement: Statement,
    transactional: bool,
    lock_timeout: str,
    forecast: "Forecast",
    first: dict[str, int],
) -> PlannedStatement:
    alike = shape(statement.sql)
    outcome = forecast.outcome(statement.sql, alike)
    return PlannedStatement(
        number=statement.number,
        line=statement.line,
        words=statement.first_words,
        in_transaction=transactional or statement.kind in (Kind.ORDINARY, Kind.SETTING),
        lock_timeout="" if statement.kind is Kind.CONCURRENT else lock_timeout,
        alike=first.setdefault(without_numbers(alike), statement.number),
        effects=outcome.effects,
        difference=outcome.difference,
        locks=tuple(PlannedLock(one.relation, one.lock) for one in outcome.before),
        rewrites=tuple(one.relation for one in outcome.before if one.rewrites),
        scans=tuple(one.relation for one in outcome.before if one.scans),
    )


def _about(text: str) -> str:
    """Return the prose of the header: its `--` lines without marks and directives."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].removeprefix(" ").rstrip())
    return "\n".join(lines).strip()
