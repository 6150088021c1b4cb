"""`migrate`: find out whether anything is to be done, and do it."""

import time

from tooling.migration.folder import Folder, read
from tooling.migration.interrupt import interruptible
from tooling.migration.options import Options, Result
from tooling.migration.reader import Reader, reading
from tooling.migration.repeatable import Repeatable, load
from tooling.migration.report import Reporter, silent
from tooling.settings import Settings


def migrate(
    conninfo: str,
    settings: Settings,
    reporter: Reporter = silent,
    options: Options | None = None,
) -> Result:
    """Apply every pending migration of `settings.migrations`, each once, and the repeatable files.

    Raises RefusedError before anything is touched, and ToolingError naming file, line and
    statement for one that failed; what ran before it stays applied. A second call goes on there.
    """
    started = time.monotonic()
    options = options or Options()
    folder = read(settings.migrations)
    with interruptible(), reading(conninfo, settings, folder) as reader:
        result = Result(already=len(reader.known.state.applied))
        if options.dry_run:
            from tooling.migration.applying import pending

            result.pending = [migration.id for migration in pending(reader, options).pending]
        elif options.resume or not is_done(reader):
            # Imported late: most runs find nothing to do, and their cost is mostly imports.
            from tooling.migration.applying import Run
            from tooling.migration.locked import locked

            with locked(reader, reporter, options) as held:
                result = Run(held).everything()
    result.seconds = round(time.monotonic() - started, 3)
    return result


def is_done(reader: Reader) -> bool:
    """Whether nothing is pending, changed or half done: bytes and ledger agree."""
    state, folder, settings = reader.known.state, reader.folder, reader.settings
    if state.journal or len(state.applied) != len(folder.migrations):
        return False
    for migration in folder.migrations:
        applied = state.applied.get(migration.id)
        if applied is None or applied.raw_sha256 != migration.script.raw_sha256:
            return False
    before, after = repeatables(settings, folder)
    if settings.owner and before and reader.server.owner is None:
        return False
    return not any(one.is_due(state) for one in (*before, *after))


def repeatables(settings: Settings, folder: Folder) -> tuple[list[Repeatable], list[Repeatable]]:
    """Return the files run before and after the migrations."""
    ids = [migration.id for migration in folder.migrations]
    return (
        load(settings.before, settings.root, None),
        load((*settings.after, *folder.always), settings.root, ids),
    )
