"""What is wrong with a file by itself, whatever has been applied."""

from pgproof.files import outside
from pgproof.files.folder import UNDO
from pgproof.files.header import Header
from pgproof.files.problem import COPY_STDIN, Problem
from pgproof.files.script import Migration, Script
from pgproof.files.session_state import resumption_problems
from pgproof.files.statement import Kind, Statement

_NEVER_INSIDE = (Kind.CONCURRENT, Kind.OUTSIDE, Kind.DISCARD)
_APART = "Put it into a file of its own with the header `-- transactional: false`."
_REPEATABLE = "If that is safe, say so in the header: `-- repeatable-calls: true`."
_SELF = "The runner opens and ends transactions itself: remove the statement."


def script_problems(script: Script) -> list[Problem]:
    """Return what is wrong with a file by itself. Raises RefusedError if it does not parse."""
    header, path = script.header, script.path
    problems = [
        Problem(path, statement.line, *fault)
        for statement in script.statements
        if (fault := _fault(header, statement))
    ]
    if header.transactional:
        return problems
    if not outside.needs_none(script.statements):
        message = "says `transactional: false`, but every statement can run in a transaction"
        problems.append(Problem(path, 1, message, "Remove the directive.", "needless"))
    return problems + resumption_problems(script)


def _fault(header: Header, statement: Statement) -> tuple[str, str] | None:
    """Return what is wrong with a statement, and the remedy."""
    word = statement.sql.split(maxsplit=1)[0].upper()
    if statement.kind is Kind.CONTROL:
        return f"{word} in a migration", _SELF
    if statement.kind is Kind.COPY_STDIN:
        return COPY_STDIN
    if header.transactional and statement.kind in _NEVER_INSIDE:
        return f"cannot run in a transaction: {statement.first_words}", _APART
    if not header.transactional and statement.kind is Kind.CALL:
        message = f"a {word} outside a transaction may stop halfway and is then run again"
        return None if header.repeatable_calls else (message, _REPEATABLE)
    if statement.kind is Kind.CONCURRENT and _is_nameless(statement.sql):
        return "an index built CONCURRENTLY without a name", "Name the index."
    return None


def undo_problems(migration: Migration) -> list[Problem]:
    """Return what is wrong with a migration's way back."""
    reason = migration.script.header.irreversible
    if (migration.undo is None) == (reason is not None):
        return []
    message = f"no rollback file {migration.id}{UNDO}"
    remedy = "Write it, or say why there is none: `-- irreversible: reason`."
    if migration.undo is not None:
        message = f"says `irreversible`, but {migration.undo.name} exists"
        remedy = "Remove the one or the other."
    return [Problem(migration.path, 1, message, remedy)]


def _is_nameless(text: str) -> bool:
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(text)
    return tree.is_a("IndexStmt") and not tree.idxname
