"""What a run would do: each pending statement, its locks and its cost, on this server."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pgproof.ahead import look_definitions
from pgproof.ahead.catalogue import Catalogue
from pgproof.ahead.definitions import Definitions
from pgproof.ahead.forecast import Forecast
from pgproof.ahead.lint import Finding, lint
from pgproof.ahead.locks import Effect
from pgproof.ahead.look import look
from pgproof.ahead.shapes import shape, without_numbers
from pgproof.ahead.sizes import Size, sizes
from pgproof.files.folder import Folder, read
from pgproof.files.script import Migration
from pgproof.files.statement import Kind, Statement
from pgproof.ledger import compare
from pgproof.ledger.reader import reading
from pgproof.ledger.state import State
from pgproof.run.repeatable import repeatables
from pgproof.settings import Settings

_NO_SERVER = (
    "no server was asked: partitions, foreign keys, views, triggers and functions that exist, the"
    " types of columns, and what is applied are not known"
)
_LOCKED = (
    "a table is locked just now: what checks prove, how large"
    " tables are and what replaced definitions were, is not known"
)


@dataclass(frozen=True)
class PlannedStatement:
    """A statement and what it does. `lock_timeout` is empty where it waits without limit.

    `difference` is a unified diff of a definition that is there, and the new one.
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
    findings: tuple[Finding, ...]

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
        path = tuple(name.strip().strip('"') for name in settings.search_path.split(","))
        nothing = Catalogue(search_path=path)
        return _planned(settings, folder, State(), Forecast(nothing, Definitions()), (_NO_SERVER,))
    with reading(conninfo, settings, folder) as reader:
        unknown: tuple[str, ...] = ()
        catalogue = look(reader.connection, settings.search_path)
        definitions = look_definitions.look(reader.connection, settings.search_path)
        if definitions is None or not catalogue.checks_known:
            unknown = (_LOCKED,)
        if catalogue.event_triggers:
            names = ", ".join(catalogue.event_triggers)
            unknown = (*unknown, f"event triggers run, and are not predicted: {names}")
        pinned = {name.lower(): value for name, value in settings.session.items()}
        catalogue.zone = pinned.get("timezone", catalogue.zone)
        forecast = Forecast(catalogue, definitions or Definitions())
        found = _planned(settings, folder, reader.known.state, forecast, unknown)
        named = {effect.relation for file in found.files for effect in file.effects} - {""}
        return replace(found, sizes=sizes(reader.connection, settings.search_path, named))


def _planned(
    settings: Settings, folder: Folder, state: State, forecast: Forecast, unknown: tuple[str, ...]
) -> Plan:
    work = compare.compare(folder, state, allow_out_of_order=True)
    compare.check(folder, state, work, settings.program)
    findings = lint([migration.path for migration in work.pending], settings.root)
    files = []
    for migration in work.pending:
        forecast.begin()
        steps = state.journal.get((migration.id, "apply"), ())
        skip = {step.number for step in steps if step.finished}
        files.append(_file(migration, skip, findings or [], settings.lock_timeout, forecast))
    before, after = repeatables(settings, folder)
    due = tuple(one.name for one in (*before, *after) if files or one.is_due(state))
    return Plan(tuple(files), due, {}, findings is not None, unknown if files else ())


def _file(
    migration: Migration,
    skip: set[int],
    findings: Iterable[Finding],
    lock_timeout: str,
    forecast: Forecast,
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
    )


def _sha256(migration: Migration) -> str:
    undo = migration.undo.read_bytes() if migration.undo else b""
    return hashlib.sha256(migration.script.raw + b"\0" + undo).hexdigest()


def _statement(
    statement: Statement,
    transactional: bool,
    lock_timeout: str,
    forecast: Forecast,
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
    )


def _about(text: str) -> str:
    """Return the prose of the header: its `--` lines without marks and directives."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].removeprefix(" ").rstrip())
    return "\n".join(lines).strip()
