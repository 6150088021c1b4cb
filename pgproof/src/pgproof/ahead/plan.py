"""What a run would do: each pending statement, its locks and its cost, on this server."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg

from pgproof.ahead.effects import effects
from pgproof.ahead.lint import Violation, lint
from pgproof.ahead.locks import Effect
from pgproof.files.folder import read
from pgproof.files.script import Migration
from pgproof.files.statement import Kind, Statement
from pgproof.ledger import compare
from pgproof.ledger.reader import Connection, reading
from pgproof.run.repeatable import repeatables
from pgproof.settings import Settings

_LARGE = 64 * 1024
_SIZES = """
select n.nspname || '.' || c.relname,
       n.nspname,
       c.relname,
       coalesce((select sum(pg_total_relation_size(t.relid)) from pg_partition_tree(c.oid) as t),
                pg_total_relation_size(c.oid))::bigint,
       greatest(c.reltuples, 0)::bigint
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname || '.' || c.relname = any (%(names)s)
    or (c.relname = any (%(names)s) and n.nspname = any (current_schemas(true)))
"""


@dataclass(frozen=True)
class Size:
    """Bytes with indexes and partitions, and the estimated rows, of a relation that exists."""

    bytes: int
    rows: int


@dataclass(frozen=True)
class PlannedStatement:
    """A statement and what it does. `lock_timeout` is empty where it waits without limit."""

    number: int
    line: int
    words: str
    in_transaction: bool
    lock_timeout: str
    effects: tuple[Effect, ...]


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


@dataclass(frozen=True)
class Plan:
    """The pending work in order. `sizes` is by relation as statements name it."""

    files: tuple[PlannedFile, ...] = ()
    repeatables: tuple[str, ...] = ()
    sizes: dict[str, Size] = field(default_factory=dict)
    linted: bool = True

    @property
    def digest(self) -> str:
        """Hash of what is pending, in order: it changes with a byte of a file or its rollback."""
        lines = "".join(f"{file.id} {file.sha256}\n" for file in self.files)
        return hashlib.sha256(lines.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON; paths are strings."""
        return {**asdict(self), "digest": self.digest}


def plan(conninfo: str, settings: Settings) -> Plan:
    """Look at every pending statement. Writes nothing; needs SELECT on the ledger alone.

    Raises RefusedError for everything that `migrate` would refuse.
    """
    folder = read(settings.migrations, settings.program)
    with reading(conninfo, settings, folder) as reader:
        state = reader.known.state
        work = compare.compare(folder, state, allow_out_of_order=True)
        compare.check(folder, state, work, settings.program)
        findings = lint([migration.path for migration in work.pending], settings.root)
        files = []
        for migration in work.pending:
            steps = state.journal.get((migration.id, "apply"), ())
            skip = {step.number for step in steps if step.finished}
            files.append(_file(migration, skip, findings or [], settings.lock_timeout))
        names = {
            effect.relation
            for file in files
            for statement in file.statements
            for effect in statement.effects
        }
        before, after = repeatables(settings, folder)
        due = tuple(one.name for one in (*before, *after) if files or one.is_due(state))
        sizes = _sizes(reader.connection, settings.search_path, names - {""})
    return Plan(tuple(files), due, sizes, findings is not None)


def _file(
    migration: Migration, skip: set[int], findings: Iterable[Violation], lock_timeout: str
) -> PlannedFile:
    script = migration.script
    return PlannedFile(
        id=migration.id,
        path=str(migration.path),
        sha256=_sha256(migration),
        transactional=script.header.transactional,
        irreversible=script.header.irreversible,
        about=_about(script.text),
        done=len(skip),
        statements=tuple(
            _statement(statement, script.header.transactional, lock_timeout)
            for statement in script.statements
            if statement.number not in skip
        ),
        findings=tuple(one for one in findings if one.path == migration.path.resolve()),
    )


def _sha256(migration: Migration) -> str:
    undo = migration.undo.read_bytes() if migration.undo else b""
    return hashlib.sha256(migration.script.raw + b"\0" + undo).hexdigest()


def _statement(statement: Statement, transactional: bool, lock_timeout: str) -> PlannedStatement:
    found = effects(statement.sql) if len(statement.sql) <= _LARGE else []
    return PlannedStatement(
        number=statement.number,
        line=statement.line,
        words=statement.first_words,
        in_transaction=transactional or statement.kind in (Kind.ORDINARY, Kind.SETTING),
        lock_timeout="" if statement.kind is Kind.CONCURRENT else lock_timeout,
        effects=tuple(found),
    )


def _about(text: str) -> str:
    """Return the prose of the header: its `--` lines without marks and directives."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].removeprefix(" ").rstrip())
    return "\n".join(lines).strip()


def _sizes(connection: Connection, search_path: str, names: set[str]) -> dict[str, Size]:
    """Return the sizes of those relations that exist; nothing if one is locked just now."""
    if not names:
        return {}
    try:
        with connection.transaction():
            connection.execute("set transaction read only")
            connection.execute("set local lock_timeout = '1s'")
            connection.execute(
                "select set_config('search_path', %s, true)", [f"{search_path}, pg_catalog"]
            )
            rows = connection.execute(_SIZES, {"names": sorted(names)}).fetchall()
    except psycopg.errors.LockNotAvailable:
        return {}
    found = {}
    for full, _schema, short, size, count in rows:
        for name in (full, short):
            if name in names:
                found[name] = Size(size, count)
    return found
