"""The settings that a file without a transaction has made so far, for each statement after them."""

from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.run.session import Session

_ROLES = {"role", "session_authorization"}


class SettingsSoFar:
    """SET, RESET and their like, without those that a later one makes void."""

    def __init__(self, script: Script):
        self._script = script
        self._made: list[tuple[str, Statement]] = []

    def add(self, statement: Statement) -> None:
        """Take note of a statement. What it makes void might fail by now, and is forgotten.

        A custom parameter is not: once it was set, it is empty, not unknown, after a RESET.
        """
        from pgproof.sql.parser import tree as tree_of

        tree = tree_of(statement.sql)
        name = (tree.name or "") if tree.is_a("VariableSetStmt") else ""
        name = "" if "." in name else name
        resets_all = tree.kind == "VAR_RESET_ALL"
        void = _ROLES if name == "session_authorization" else {name}
        self._made = [
            (made, one)
            for made, one in self._made
            if not made or (made not in void and (made in _ROLES or not resets_all))
        ]
        self._made.append((name, statement))

    def discard(self) -> None:
        """Take note of DISCARD ALL: every statement begins with a session like that anyway."""
        self._made = []

    def restore(self, session: Session, role: str | None) -> None:
        """Make the session what it is in every run before the next statement, and nothing else.

        What a statement has left behind in any other way is gone, as it is when a file is resumed.
        """
        session.forget(role)
        for _, statement in self._made:
            session.execute(self._script, statement, statement.sql)
