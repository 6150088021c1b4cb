"""The migrations folder: its files, paired and in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import RefusedError
from pgproof.files.problem import Problem, refuse
from pgproof.files.script import Migration, Script

UNDO = ".rollback.sql"
_ALWAYS = "post-apply"


@dataclass(frozen=True)
class Folder:
    """What a folder holds. `migrations` is sorted by name; `always` are yoyo's post-apply files."""

    path: Path
    migrations: tuple[Migration, ...]
    always: tuple[Path, ...]
    strays: tuple[Path, ...]
    """Rollback files without a migration."""

    def ordered(self) -> tuple[Migration, ...]:
        """Return the migrations as yoyo orders them: by dependency, then by name."""
        return order(self.migrations, {m.id: m.script.header.depends for m in self.migrations})


def read(path: Path, program: str = "pgproof") -> Folder:
    """Read the folder. Raises RefusedError if it is missing, empty, or holds Python migrations.

    `program` is what the hints call the command.
    """
    if not path.is_dir():
        raise RefusedError(
            f"{path}: no such folder", hint="Name the folder of migrations with --migrations."
        )
    files = sorted(file for file in path.iterdir() if file.is_file())
    names = {file.name for file in files}
    main = [file for file in files if file.suffix == ".sql" and not file.name.endswith(UNDO)]
    always = tuple(file for file in main if file.name.startswith(_ALWAYS))
    migrations = tuple(
        Migration(
            file.stem,
            Script(file, file.read_bytes()),
            file.with_name(file.stem + UNDO) if file.stem + UNDO in names else None,
        )
        for file in main
        if file not in always
    )
    refuse(
        [
            Problem(file, 0, "a Python migration; only SQL runs here", "Write its steps as SQL.")
            for file in files
            if file.suffix == ".py" and not file.name.startswith("__")
        ]
    )
    if not migrations:
        raise RefusedError(f"{path}: no migrations", hint=f"Make one with `{program} new NAME`.")
    strays = tuple(
        file
        for file in files
        if file.name.endswith(UNDO) and file.name.removesuffix(UNDO) + ".sql" not in names
    )
    return Folder(path, migrations, always, strays)


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
        raise RefusedError(
            f"{migrations[0].path.parent}: circular dependencies: {', '.join(error.args[1])}",
            hint="Remove one of the `-- depends:` lines.",
        ) from error


def _line(migration: Migration, name: str) -> int:
    lines = migration.script.text.splitlines()
    return next(number for number, line in enumerate(lines, 1) if name in line)
