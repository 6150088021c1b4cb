"""Importing a folder of another tool, and adopting the database that it migrated."""

from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import RefusedError
from pgproof.files.problem import Problem
from pgproof.files.script import Migration
from pgproof.foreign.applied import applied
from pgproof.foreign.convert import Conversion, Converted
from pgproof.foreign.formats import FORMATS
from pgproof.foreign.original import Originals
from pgproof.foreign.write import missing, write
from pgproof.ledger.reader import Reader, reading
from pgproof.report import Reporter, silent
from pgproof.run.baseline import record
from pgproof.run.interrupt import interruptible
from pgproof.run.options import Options
from pgproof.settings import Settings


@dataclass(frozen=True)
class Imported:
    """What was written, which migrations were recorded, and what a run would yet refuse."""

    files: tuple[Path, ...]
    adopted: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the fields for JSON."""
        return {
            "files": [str(path) for path in self.files],
            "adopted": list(self.adopted),
            "problems": [str(problem) for problem in self.problems],
        }


@dataclass(frozen=True)
class Source:
    """A folder of another tool's; `table` is its ledger's, if that is not the tool's default."""

    format: str
    folder: Path
    table: str | None = None


def bring_over(source: Source, settings: Settings, *, dry_run: bool = False) -> Imported:
    """Write the folder's migrations into `settings.migrations`, all or none, over no file.

    What is there already as it would be written stays. With `dry_run`, writes nothing. Raises
    RefusedError for whatever cannot be converted.
    """
    _, converted = _converted(source, settings)
    left = missing(converted.scripts, settings.migrations)
    if not dry_run:
        write(left, settings.migrations)
    problems = () if dry_run else tuple(converted.problems(settings.migrations))
    return Imported(tuple(one.path for one in left), (), problems)


def adopt(
    source: Source,
    conninfo: str,
    settings: Settings,
    reporter: Reporter = silent,
    *,
    dry_run: bool = False,
) -> Imported:
    """Like `bring_over`, and record as applied what the tool's ledger says is applied.

    The rows are written in one transaction, after the files; nothing is run. Raises RefusedError,
    before anything is written, if the tool's ledger cannot be trusted or ours has migrations.
    """
    originals, converted = _converted(source, settings)
    left = missing(converted.scripts, settings.migrations)
    folder = converted.folder(settings.migrations)
    with interruptible(), reading(conninfo, settings, folder) as reader:
        chosen = _chosen(reader, source, originals, converted)
        if not dry_run:
            write(left, settings.migrations)
            again = lambda: _chosen(reader, source, originals, converted)  # noqa: E731
            record(reader, reporter, Options(), again, how="adopted")
    done = {migration.id for migration in chosen}
    problems = [] if dry_run else converted.problems(settings.migrations)
    return Imported(
        tuple(one.path for one in left),
        tuple(migration.id for migration in chosen),
        tuple(one for one in problems if one.path.name.split(".sql")[0] not in done),
    )


def _converted(source: Source, settings: Settings) -> tuple[Originals, Converted]:
    form, target = FORMATS[source.format], settings.migrations
    if source.folder.resolve() == target.resolve():
        raise RefusedError(
            f"{target}: is both the folder to import and the folder to write into",
            hint="Name another folder to write into with --migrations.",
        )
    originals = form.read(source.folder)
    if not originals.migrations:
        raise RefusedError(
            f"{source.folder}: no migrations of {form.title}",
            hint="Name the folder that holds them, and the format it is in.",
        )
    return originals, Conversion(form.title, source.folder, target).of(originals)


def _chosen(
    reader: Reader, source: Source, originals: Originals, converted: Converted
) -> list[Migration]:
    state = reader.known.state
    if state.applied or state.journal:
        raise RefusedError(
            "the ledger already has migrations",
            hint="Adopt a database once, before anything else is applied to it; see"
            f" `{reader.settings.program} status`.",
        )
    form = FORMATS[source.format]
    keys = applied(reader.connection, form, source.table, source.folder, originals)
    names = {converted.ids[key] for key in keys}
    if not names:
        raise RefusedError(
            f"{form.title} has applied nothing to this database",
            hint=f"Leave out --adopt, and run `{reader.settings.program} migrate`.",
        )
    return [migration for migration in reader.folder.migrations if migration.id in names]
