"""The text of a migration that replaces objects: copied from the schema as it is, and its undo."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pgproof.errors import InputError, RefusedError
from pgproof.files.definitions import asked
from pgproof.files.hashes import code_sha256
from pgproof.files.history import Version, history, standing
from pgproof.files.objects import Act, Named, hindrance
from pgproof.files.restores import sets_search_path
from pgproof.files.script import Migration, Script
from pgproof.files.statement import Statement

_BY_HAND = "Make the pair without --replaces, and write DROP and CREATE into both files."
_BY_TEXT = "Make the pair without --replaces, and write both texts."
_COMMENTED = re.compile(r"(.*?)\bis\b", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Copy:
    """What goes into the new files. `left` names the statements of the present that do not."""

    script: str = ""
    undo: str = ""
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """The same for one object; `directive` is the line of the rollback file that restores it."""

    script: str
    directive: str
    undo: str
    left: tuple[str, ...]


def copies(present: Path, ordered: Sequence[Migration], names: Sequence[str]) -> Copy:
    """Return a copy of objects of the files under `present`, and what restores those before.

    Raises InputError or RefusedError for one that is not found once, that is as the migrations
    left it, or that CREATE OR REPLACE can neither make of that nor change back.
    """
    parts = [_part(_present(present, name), ordered) for name in dict.fromkeys(names)]
    back = parts[::-1]
    directives = "".join(part.directive for part in back)
    undo = "".join(part.undo for part in back)
    return Copy(
        "\n".join(part.script for part in parts),
        "\n".join(filter(None, (directives, undo))),
        tuple(line for part in parts for line in part.left),
    )


def _present(present: Path, name: str) -> Version:
    """Return the file that creates an object, as a migration without a name, and the CREATE."""
    named = asked(name)
    if named is None:
        raise InputError(f"{name!r} is no name", hint="Write schema.name or schema.name(type, …).")
    if not present.is_dir():
        raise InputError(f"{present}: no such folder", hint="Set `present` to the schema's folder.")
    found, failure = [], None
    for path in sorted(present.rglob("*.sql")):
        try:
            found += history(named, [Migration("", Script(path, path.read_bytes()))])
        except RefusedError as error:
            failure = failure or error
    created = [at for at in found if at[1].act is Act.CREATE]
    if not created and failure is not None:
        raise failure
    if not created:
        raise RefusedError(
            f"no file under {present} creates the function, procedure or view {name}",
            hint="Write it there first, as it shall be.",
        )
    if len(created) > 1:
        raise RefusedError(
            f"{name} is created more than once: {', '.join(map(_place, created))}",
            hint="Keep one, or name its arguments: --replaces 'schema.name(type, …)'.",
        )
    return created[0]


def _part(after: Version, ordered: Sequence[Migration]) -> _Part:
    home, change = after
    named = change.object
    found = history(replace(named, arguments=None), ordered)
    before = _former(after, found)
    script, directive, undo = [], "", []
    if code_sha256(before[1].or_replace) != code_sha256(change.or_replace):
        script.append(f"{_lead(home.script, change.statement)}{change.or_replace};\n")
        directive = _directive(before, found, ordered)
        if not directive:
            undo.append(f"{before[1].or_replace};\n")
    mine = history(named, [home])
    comments = [one for _, one in mine if one.act is Act.COMMENT]
    for column, text in {one.column: one.statement.sql for one in comments}.items():
        former = _comment(named, column, found)
        if former is None or code_sha256(former) != code_sha256(text):
            script.append(f"{text};\n")
            match = _COMMENTED.match(text)
            undo.append(f"{former or (match[0] if match else text) + ' null'};\n")
    if not script:
        raise RefusedError(
            f"{_place(after)}: {named} is as {_place(before)} created it: nothing to do",
            hint="Change that file first.",
        )
    used = {change.statement.number, *(one.statement.number for one in comments)}
    others = [one for one in home.script.statements if one.number not in used]
    left = (f"{home.path}:{one.line}: {one.first_words}" for one in _unknown(others, ordered))
    return _Part("".join(script), directive, "".join(undo), tuple(left))


def _former(after: Version, found: Sequence[Version]) -> Version:
    """Return what the migrations left, which CREATE OR REPLACE can change and change back."""
    named, place = after[1].object, _place(after)
    alive = standing(found)
    before = next((at for at in alive if at[1].object == named), None)
    if before is None:
        there = ", ".join(f"{what.object} ({_place((at, what))})" for at, what in alive)
        raise RefusedError(
            f"{place}: no migration creates {named}" + (f"; there is {there}" if there else ""),
            hint=_BY_HAND if there else "Make the pair without --replaces, and write the CREATE.",
        )
    why = hindrance(before[1], after[1]) or hindrance(after[1], before[1])
    if why:
        raise RefusedError(
            f"{place}: CREATE OR REPLACE cannot make {named} of what {_place(before)} creates, and"
            f" back: {why}",
            hint=_BY_HAND,
        )
    if sets_search_path(*before):
        raise RefusedError(
            f"{before[0].path} sets search_path, by which names may mean others there",
            hint=_BY_TEXT,
        )
    for at in found[found.index(before) :]:
        if at[1].act is Act.ALTER and at[1].object.is_same(named):
            raise RefusedError(
                f"{_place(at)} altered {named}, so that no migration holds its whole text",
                hint=_BY_TEXT,
            )
    return before


def _directive(before: Version, found: Sequence[Version], ordered: Sequence[Migration]) -> str:
    """Return the line that restores an object; empty if its file creates it twice."""
    source, change = before
    here = [one for at, one in found if at is source and one.act is Act.CREATE]
    if sum(one.object == change.object for one in here) > 1:
        return ""
    name = change.object.name if len(here) == 1 else str(change.object)
    number = source.id.split(".")[0]
    is_clear = sum(number in (one.id, one.id.split(".")[0]) for one in ordered) == 1
    return f"-- restores: {name} @{number if is_clear else source.id}\n"


def _comment(named: Named, column: str, found: Sequence[Version]) -> str | None:
    """Return the statement that gave a comment which is still there."""
    last = None
    for _, change in found:
        if not change.object.is_same(named):
            continue
        if change.act is Act.COMMENT and change.column == column:
            last = change.statement.sql
        elif change.act is Act.DROP:
            last = None
    return last


def _unknown(statements: Sequence[Statement], ordered: Sequence[Migration]) -> Iterator[Statement]:
    """Yield the statements that no migration has."""
    for statement in statements:
        words = statement.sql.split()[:3]
        code = code_sha256(statement.sql)
        if not any(
            one.sql.split(maxsplit=3)[:3] == words and code_sha256(one.sql) == code
            for migration in ordered
            for one in migration.script.statements
        ):
            yield statement


def _lead(script: Script, statement: Statement) -> str:
    """Return the comments that stand before a statement, after the one before it."""
    from pgproof.sql.parser import split

    places = split(script.text)
    start = places[statement.number - 2].stop + 1 if statement.number > 1 else 0
    return script.text[start : places[statement.number - 1].start].lstrip()


def _place(at: Version) -> str:
    return f"{at[0].path}:{at[1].statement.line}"
