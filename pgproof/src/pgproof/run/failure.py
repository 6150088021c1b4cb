"""From what the server said to an error that names file, line and statement."""

import psycopg

from pgproof.errors import AGAIN, Exit, PgproofError
from pgproof.files.script import Script
from pgproof.files.statement import Statement

_REMEDIES = {
    "25001": "Put it into a file of its own with the header `-- transactional: false`.",
    "2D000": "Put it into a file with the headers `-- transactional: false` and"
    " `-- repeatable-calls: true`; only CALL and DO may commit there, no function.",
    "55P04": "Add the label in an earlier file, or with the header `-- transactional: false`.",
    "55006": "If events are pending, put it into a later file.",
}
"""What a file may do where the server refuses it the transaction that it runs in."""
LOCK_STATES = frozenset(("55P03", "40P01"))


class SqlFailureError(PgproofError):
    """A statement of a file failed. `is_lock`: worth trying again; `is_lost`: so is the server."""

    exit_code = Exit.MIGRATION

    def __init__(self, message: str, *, hint: str | None, sqlstate: str | None, is_lost: bool):
        exit_code = Exit.LOST if is_lost else Exit.MIGRATION
        super().__init__(message, hint=hint, exit_code=exit_code)
        self.sqlstate = sqlstate
        self.is_lost = is_lost
        self.is_lock = sqlstate in LOCK_STATES


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
            hint=AGAIN,
            sqlstate=error.sqlstate,
            is_lost=True,
        )
    message = f"{place}: {diag.message_primary or error} (SQLSTATE {error.sqlstate})"
    hints = [diag.message_detail, diag.message_hint]
    if script.header.transactional:
        hints.append(_REMEDIES.get(error.sqlstate or ""))
    return SqlFailureError(
        message,
        hint=" ".join(hint for hint in hints if hint) or None,
        sqlstate=error.sqlstate,
        is_lost=False,
    )
