"""The migrations folder: its files, paired and in order."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import RefusedError
from pgproof.files.entries import entries
from pgproof.files.problem import FaultyError, Problem, collecting, refuse
from pgproof.files.script import Migration, load

UNDO = ".rollback.sql"
_ALWAYS = "post-apply"


@dataclass(frozen=True)
class Folder:
    """What a folder holds. `migrations` is sorted by name; `always` are yoyo's post-apply files."""

    path: Path
    migrations: tuple[Migration, ...]
    always: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()
    """What is in the folder and would neither be run nor be left alone."""

    def ordered(self) -> tuple[Migration, ...]:
        """Return the migrations as yoyo orders them: by dependency, then by name.

        Raises RefusedError for a header that cannot be read or a bad dependency.
        """
        problems: list[Problem] = []
        depends = self.depends(problems)
        refuse(problems)
        return order(self.migrations, depends)

    def depends(self, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
        """Return what each migration depends on; add to `problems` the headers not readable."""
        found: dict[str, tuple[str, ...]] = {}
        for migration in self.migrations:
            found[migration.id] = ()
            with collecting(problems):
                found[migration.id] = migration.script.header.depends
        return found


def read(path: Path, program: str = "pgproof") -> Folder:
    """Read the folder. Raises RefusedError if it is missing, or holds no migration.

    `program` is what the hints call the command.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
        raise RefusedError(
            f"{path}: no such folder", hint="Name the folder of migrations with --migrations."
        )
    files, problems = entries(path)
    named = {file.name: file for file in files}
    migrations = []
    for file in migrations_of(files):
        with collecting(problems):
            script = load(file)
            migrations.append(Migration(file.stem, script, named.get(file.stem + UNDO)))
    problems += [
        Problem(file, 0, "a rollback file without its migration", "Rename or remove it.")
        for file in files
        if file.name.endswith(UNDO) and file.name.removesuffix(UNDO) + ".sql" not in named
    ]
    if not migrations:
        refuse(problems)
        raise RefusedError(f"{path}: no migrations", hint=f"Make one with `{program} new NAME`.")
    always = (file for file in files if file.name.startswith(_ALWAYS))
    return Folder(path, tuple(migrations), tuple(always), tuple(problems))


def migrations_of(files: Iterable[Path]) -> list[Path]:
    """Return those SQL files that are migrations: neither rollback files nor yoyo's post-apply."""
    return [f for f in files if not f.name.endswith(UNDO) and not f.name.startswith(_ALWAYS)]


def order(
    migrations: Iterable[Migration], depends: Mapping[str, tuple[str, ...]]
) -> tuple[Migration, ...]:
    """Sort by dependency, then by name, as yoyo does. Raises RefusedError for a bad dependency."""
    migrations = tuple(migrations)
    by_id = {migration.id: migration for migration in migrations}
    refuse(
        [
            Problem(
                migration.path,
                _line(migration, name),
                f"depends on {name!r}, which is not in the folder",
                "Name the migration as its file is named, without `.sql`.",
            )
            for migration in migrations
            for name in depends[migration.id]
            if name not in by_id
        ]
    )
    seen: set[str] = set()
    for migration in migrations:
        if not seen.issuperset(depends[migration.id]):
            break
        seen.add(migration.id)
    else:
        return migrations
    from yoyo.topologicalsort import CycleError, topological_sort  # type: ignore[import-untyped]

    try:
        return tuple(by_id[name] for name in topological_sort(list(by_id), dict(depends)))
    except CycleError as error:
        message = f"circular dependencies: {', '.join(error.args[1])}"
        remedy = "Remove one of the `-- depends:` lines."
        raise FaultyError([Problem(migrations[0].path.parent, 0, message, remedy)]) from error


def _line(migration: Migration, name: str) -> int:
    lines = migration.script.text.splitlines()
    return next(number for number, line in enumerate(lines, 1) if name in line)
