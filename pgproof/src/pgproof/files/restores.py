"""Rollback files that hold no copy: `-- restores: schema.name @0011` names where the text is."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pgproof.errors import RefusedError
from pgproof.files.definitions import asked
from pgproof.files.header import Restore
from pgproof.files.history import history
from pgproof.files.objects import Act, Change, Named, hindrance
from pgproof.files.problem import Problem, collecting
from pgproof.files.script import Migration, Script, load
from pgproof.files.statement import Statement

_SETS_PATH = re.compile(
    r"(?:set\s+(?:local\s+|session\s+)?search_path\s*(?:=|\bto\b)"
    r"|select\s+(?:pg_catalog\.)?set_config\s*\(\s*'search_path'\s*,)(?!\s*'')",
    re.IGNORECASE,
)
_LAST = "Where it has to be another text, write the CREATE statement into the rollback file."


@dataclass(frozen=True)
class Restored:
    """What a directive resolves to; `notes` are what else a reader has to know."""

    directive: Restore
    object: Named
    source: Migration
    statement: Statement
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line: the object, the place of its text, and the notes."""
        place = f"{self.source.path.name}, line {self.statement.line}"
        return "; ".join((f"restores {self.directive.object} as in {place}", *self.notes))


@dataclass(frozen=True)
class Undo(Script):
    """A rollback file with what its directives resolve to."""

    restored: tuple[Restored, ...] = ()

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Those restored, then those of the file, then those restored at last."""
        own = Script(self.path, self.raw).statements
        first = (one.statement for one in self.restored if not one.directive.is_last)
        last = (one.statement for one in self.restored if one.directive.is_last)
        every = enumerate((*first, *own, *last), 1)
        return tuple(replace(statement, number=number) for number, statement in every)


def sets_search_path(source: Migration, change: Change) -> bool:
    """Whether the file gives a search_path that is not empty before it creates the object."""
    earlier = source.script.statements[: change.statement.number]
    return any(_SETS_PATH.match(statement.sql) for statement in earlier)


def before(
    migration: Migration, ordered: Sequence[Migration], applied: Container[str]
) -> list[Migration]:
    """Return what is applied when `migration` is: those ordered before it."""
    earlier = ordered[: ordered.index(migration)]
    return [one for one in earlier if migration.id not in applied or one.id in applied]


def resolve(
    script: Script,
    migration: Migration,
    ordered: Sequence[Migration],
    earlier: Sequence[Migration],
    edited: Container[str] = (),
) -> tuple[Undo, list[Problem]]:
    """Return the rollback file `script` of `migration` with its directives resolved.

    `earlier` are the migrations applied before it, `edited` those whose code is not what ran.
    Raises RefusedError for a file that does not parse.
    """
    problems: list[Problem] = []
    restored: list[Restored] = []
    for directive in script.header.restores:
        try:
            one = _resolved(script, directive, migration, ordered, earlier, edited)
            if any(one.object == other.object for other in restored):
                raise _FaultError("it is restored already", "Keep one of the directives.")
            restored.append(one)
        except _FaultError as fault:
            message = f"restores {directive.object} @{directive.migration}: {fault}"
            problems.append(Problem(script.path, directive.line, message, fault.remedy))
    return Undo(script.path, script.raw, tuple(restored)), problems


def problems(
    pending: Sequence[Migration], ordered: Sequence[Migration], applied: Container[str]
) -> list[Problem]:
    """Return the directives of pending migrations' rollback files that do not resolve."""
    found: list[Problem] = []
    for migration in pending:
        if migration.undo is not None:
            with collecting(found):
                script = load(migration.undo)
                found += resolve(script, migration, ordered, before(migration, ordered, applied))[1]
    return found


def described(
    migration: Migration, ordered: Sequence[Migration], applied: Container[str]
) -> tuple[str, ...]:
    """Return what the directives of a rollback file resolve to, or why they do not, in lines."""
    if migration.undo is None:
        return ()
    try:
        script = load(migration.undo)
        if b"restores" not in script.raw.lower():
            return ()
        undo, faults = resolve(script, migration, ordered, before(migration, ordered, applied))
    except RefusedError as error:
        return tuple(error.message.splitlines())
    return (*map(str, undo.restored), *(fault.message for fault in faults))


class _FaultError(Exception):
    """Why a directive does not resolve."""

    def __init__(self, message: str, remedy: str):
        super().__init__(message)
        self.remedy = remedy


def _resolved(
    script: Script,
    directive: Restore,
    migration: Migration,
    ordered: Sequence[Migration],
    earlier: Sequence[Migration],
    edited: Container[str],
) -> Restored:
    named = asked(directive.object)
    if named is None:
        raise _FaultError("is not a name", "Write `schema.name` or `schema.name(type, …)`.")
    source = _source(directive.migration, ordered, earlier)
    if source.id in edited:
        message = f"{source.path.name} was edited after it was applied"
        raise _FaultError(message, "Put that file back as it was.")
    change = _created(named, source, earlier)
    if sets_search_path(source, change):
        message = f"{source.path.name} sets search_path, by which names may mean others there"
        raise _FaultError(message, _LAST)
    new = _changes(change.object, migration.script)
    created = [one for one in new if one.act is Act.CREATE]
    why = hindrance(created[-1], change) if created else None
    if why and not (directive.is_last and _drops(change.object, script)):
        message = f"CREATE OR REPLACE cannot make it of what {migration.path.name} creates: {why}"
        remedy = "Drop that one in the rollback file, and restore with `last` after the number."
        raise _FaultError(message, remedy)
    notes = []
    if _drops(change.object, source.script):
        notes.append("that file dropped it first; owner and grants stay as they are")
    if new and new[-1].act is Act.DROP:
        notes.append("this migration drops it; owner, grants and comment are not restored")
    after = history(change.object, earlier[earlier.index(source) + 1 :])
    since = dict.fromkeys(one.path.name for one, what in after if what.act is not Act.COMMENT)
    if since:
        notes.append(f"changed after that by {', '.join(since)}")
    statement = replace(change.statement, sql=change.or_replace, path=source.path)
    return Restored(directive, change.object, source, statement, tuple(notes))


def _source(name: str, ordered: Sequence[Migration], earlier: Sequence[Migration]) -> Migration:
    found = [one for one in ordered if name in (one.id, one.id.split(".")[0])]
    if not found:
        remedy = "Name a migration of the folder, by its number or as its file is named."
        raise _FaultError("there is no such migration", remedy)
    if len(found) > 1:
        both = ", ".join(one.id for one in found)
        raise _FaultError(f"it can be each of {both}", "Write the whole name, without `.sql`.")
    if found[0] not in earlier:
        message = f"{found[0].id} is not applied before this migration"
        raise _FaultError(message, "Name one that is.")
    return found[0]


def _created(named: Named, source: Migration, earlier: Sequence[Migration]) -> Change:
    """Return the one CREATE of an object in a file."""
    found = [one for one in _changes(named, source.script) if one.act is Act.CREATE]
    if len(found) == 1:
        return found[0]
    if found:
        lines = ", ".join(str(change.statement.line) for change in found)
        overloaded = len({change.object for change in found}) == len(found)
        remedy = "Write its arguments: `schema.name(type, …)`." if overloaded else _LAST
        raise _FaultError(f"{source.path.name} creates it more than once: lines {lines}", remedy)
    others = [one.id for one, change in history(named, earlier) if change.act is Act.CREATE]
    remedy = f"{others[-1]} does." if others else "No earlier migration does; write it out."
    raise _FaultError(f"{source.path.name} does not create it", remedy)


def _drops(named: Named, script: Script) -> bool:
    return any(change.act is Act.DROP for change in _changes(named, script))


def _changes(named: Named, script: Script) -> list[Change]:
    return [change for _, change in history(named, [Migration("", script)])]
