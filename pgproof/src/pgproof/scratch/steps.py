"""A scratch database that goes up and down by one migration at a time."""

from pgproof.files.script import Migration
from pgproof.report import Reporter, silent
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from pgproof.run.rollback import rollback
from pgproof.scratch.copies import put
from pgproof.settings import Settings

_NOTHING = "begin-of-all.sql"
UNRECORDED = Options(allow_out_of_order=True, record=False)


class Steps:
    """Applies a folder that grows. Its settings are of a folder of its own."""

    def __init__(self, conninfo: str, settings: Settings):
        self._conninfo = conninfo
        self._settings = settings

    def begin(self) -> None:
        """Run the files of `before`, which are no work of the first migration."""
        if self._settings.before:
            (self._settings.migrations / _NOTHING).write_text("-- irreversible: empty\nselect 1;\n")
            self.up()

    def add(self, migration: Migration) -> None:
        """Put a migration, and its rollback file, into the folder that is applied."""
        put(self._settings.migrations, migration)

    def up(self) -> None:
        """Apply what is pending. Raises PgproofError."""
        migrate(self._conninfo, self._settings, options=UNRECORDED)

    def down(self, report: Reporter = silent) -> None:
        """Roll the migration back that was applied last. Raises PgproofError."""
        rollback(self._conninfo, self._settings, report, UNRECORDED)
