"""`migrate`: find out whether anything is to be done, and do it."""

import time

from pgproof.files.folder import read
from pgproof.ledger.reader import Reader, reading
from pgproof.report import Reporter, silent
from pgproof.run.interrupt import interruptible
from pgproof.run.options import Options, Result
from pgproof.run.repeatable import repeatables
from pgproof.settings import Settings


def migrate(
    conninfo: str,
    settings: Settings,
    reporter: Reporter = silent,
    options: Options | None = None,
) -> Result:
    """Apply every pending migration of `settings.migrations`, each once, and the repeatable files.

    Raises RefusedError before anything is touched, and PgproofError naming file, line and
    statement for one that failed; what ran before it stays applied. A second call goes on there.
    """
    started = time.monotonic()
    options = options or Options()
    folder = read(settings.migrations, settings.program)
    with interruptible(), reading(conninfo, settings, folder) as reader:
        if not reader.server.has_ledger:
            # Imported late: a database has its ledger, but for the first run.
            from pgproof.ledger.others import refuse_tables

            refuse_tables(reader.connection, settings)
        result = Result(already=len(reader.known.state.applied))
        if options.dry_run:
            from pgproof.run.apply import pending
            from pgproof.run.covered import note
            from pgproof.run.held import refuse_settings

            refuse_settings(reader, options)
            work = pending(reader, options)
            note(reader, work, options)
            result.pending = [migration.id for migration in work.pending]
        elif options.resume or not is_done(reader):
            # Imported late: most runs find nothing to do, and their cost is mostly imports.
            from pgproof.run.apply import Run
            from pgproof.run.held import locked

            with locked(reader, reporter, options) as held:
                result = Run(held).everything()
    result.seconds = round(time.monotonic() - started, 3)
    return result


def is_done(reader: Reader) -> bool:
    """Whether nothing is pending, changed or half done: bytes and ledger agree."""
    state, folder, settings = reader.known.state, reader.folder, reader.settings
    if folder.problems or state.journal or len(state.applied) != len(folder.migrations):
        return False
    for migration in folder.migrations:
        applied = state.applied.get(migration.id)
        if applied is None or applied.raw_sha256 != migration.script.raw_sha256:
            return False
    before, after = repeatables(settings, folder)
    if settings.owner and reader.server.owner is None:
        return False
    return not any(one.is_due(state) for one in (*before, *after))
