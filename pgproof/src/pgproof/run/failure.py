"""From what the server said to an error that names file, line and statement."""

import psycopg

from pgproof.errors import Exit, PgproofError
from pgproof.files.script import Script
from pgproof.files.statement import Statement

_LOCK_STATES = frozenset(("55P03", "40P01"))
_LOST_STATES = frozenset(("57P01", "57P02", "57P03", "57P05", "25P03"))


class SqlFailureError(PgproofError):
    """A statement of a file failed. `is_lock`: worth trying again; `is_lost`: so is the server."""

    exit_code = Exit.MIGRATION

    def __init__(self, message: str, *, hint: str | None, sqlstate: str | None, is_lost: bool):
        exit_code = Exit.CONNECTION if is_lost else Exit.MIGRATION
        super().__init__(message, hint=hint, exit_code=exit_code)
        self.sqlstate = sqlstate
        self.is_lost = is_lost
        self.is_lock = sqlstate in _LOCK_STATES


def is_lost(error: psycopg.Error) -> bool:
    """Whether the error says that the connection is gone."""
    state = error.sqlstate
    return state is None or state in _LOST_STATES or state.startswith("08")


def explained(
    error: psycopg.Error, script: Script, statement: Statement | None, *, lost: bool
) -> SqlFailureError:
    """Return the failure of a statement or, without one, of the commit."""
    diag = error.diag
    if statement is None:
        place = f"{script.path}: at the end of the file"
    else:
        position = int(diag.statement_position or 1) - 1
        line = statement.line + statement.sql.count("\n", 0, position)
        place = f"{statement.path or script.path}:{line}: statement {statement.number}"
        place += f" of {script.path.name}" if statement.path else ""
    if lost:
        said = " ".join((diag.message_primary or str(error)).split())
        return SqlFailureError(
            f"{place}: the connection is lost: {said}",
            hint="Run the same command again; it goes on where this one stopped.",
            sqlstate=error.sqlstate,
            is_lost=True,
        )
    message = f"{place}: {diag.message_primary or error} (SQLSTATE {error.sqlstate})"
    hints = [diag.message_detail, diag.message_hint]
    if error.sqlstate == "2D000":
        hints.append("Only a procedure called by CALL may commit: put the block into one.")
    return SqlFailureError(
        message,
        hint=" ".join(hint for hint in hints if hint) or None,
        sqlstate=error.sqlstate,
        is_lost=False,
    )
