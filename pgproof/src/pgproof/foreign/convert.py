"""From originals to the files of this format: numbered pairs, each depending on the one before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgproof.files import others
from pgproof.files.checks import checked, migration_problems
from pgproof.files.folder import UNDO, Folder
from pgproof.files.problem import FaultyError, Problem
from pgproof.files.script import Migration, Script
from pgproof.files.statement import Kind
from pgproof.foreign.original import Original, Originals
from pgproof.foreign.statements import unwrapped

_ALONE = "-- transactional: false\n"
_LONGEST = 60


@dataclass(frozen=True)
class Converted:
    """The files to write, by path; `ids` names the migration of each of the originals' keys."""

    scripts: tuple[Script, ...]
    ids: dict[str, str]

    def folder(self, path: Path) -> Folder:
        """Return the folder that the files make, whether they are written or not."""
        main = [one for one in self.scripts if one.path.stem in self.ids.values()]
        undos = {one.path.name: one.path for one in self.scripts}
        migrations = [
            Migration(one.path.stem, one, undos.get(one.path.stem + UNDO)) for one in main
        ]
        return Folder(path, tuple(migrations), ())

    def problems(self, path: Path) -> list[Problem]:
        """Return what a run would refuse of the files, which must have been written."""
        return [
            problem
            for migration in self.folder(path).migrations
            for problem in migration_problems(migration)
        ]


@dataclass(frozen=True)
class Conversion:
    """From the `folder` of the tool `title` into `target`. Writes nothing."""

    title: str
    folder: Path
    target: Path

    def of(self, originals: Originals) -> Converted:
        """Return the files that the folder becomes."""
        scripts: list[Script] = []
        ids: dict[str, str] = {}
        before = ""
        for number, one in enumerate(originals.migrations, 1):
            name = f"{number:04}.{_words(one.name) or _words(one.key) or 'migration'}"
            scripts += self._pair(one, name, before)
            ids[one.key] = before = name
        for number, one in enumerate(originals.always, 1):
            name = f"post-apply.{number:02}-{_words(one.name)}"
            text = f"-- {name}\n{self._rest(one, _body(one.up))}"
            scripts.append(Script(self.target / f"{name}.sql", text.encode()))
        return Converted(tuple(scripts), ids)

    def _pair(self, original: Original, name: str, before: str) -> Iterator[Script]:
        up, down = _body(original.up), _body(original.down)
        head = f"-- {name}\n"
        if before:
            head += f"-- depends: {before}\n"
        if not _holds_statements(down):
            head += f"-- irreversible: {self.title} had nothing to undo it with\n"
        rest = self._rest(original, up if _holds_statements(up) else f"{up}select 1;\n")
        path = self.target / f"{name}.sql"
        yield _script(path, head, rest, alone=not original.transactional)
        if _holds_statements(down):
            path, rest = self.target / f"{name}{UNDO}", self._rest(original, down)
            alone = not original.down_transactional
            yield _script(path, f"-- undoes {name}\n", rest, alone=alone)

    def _rest(self, original: Original, body: str) -> str:
        place = original.path.relative_to(self.folder).as_posix()
        return f"--\n-- Imported from {place}, a file of {self.title}.\n\n{body}"


def _script(path: Path, head: str, rest: str, *, alone: bool) -> Script:
    """Return the file, without a transaction if it needs none, or `alone` asks and it may."""
    inside = Script(path, f"{head}{rest}".encode())
    outside = Script(path, f"{head}{_ALONE}{rest}".encode())
    try:
        kinds = {statement.kind for statement in inside.statements}
    except FaultyError:
        return outside if alone else inside
    needs_none = kinds & {Kind.CONCURRENT, Kind.OUTSIDE}
    return outside if needs_none or (alone and not checked(outside)) else inside


def _body(text: str) -> str:
    """Return a half without the other tool's marks, and without a BEGIN and COMMIT around it."""
    body = unwrapped(others.unmarked(text)).strip("\r\n")
    return f"{body}\n" if body.strip() else ""


def _holds_statements(text: str) -> bool:
    try:
        return bool(Script(Path(), text.encode()).statements)
    except FaultyError:
        return True


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:_LONGEST].strip("-")
