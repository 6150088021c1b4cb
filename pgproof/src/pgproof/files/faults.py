"""What is wrong with a file by itself, whatever has been applied."""

from pgproof.files import outside
from pgproof.files.folder import UNDO
from pgproof.files.problem import Problem
from pgproof.files.script import Migration, Script
from pgproof.files.session_state import resumption_problems
from pgproof.files.statement import Kind

_NEVER_INSIDE = (Kind.CONCURRENT, Kind.OUTSIDE, Kind.DISCARD)
_SELF = "The runner opens and ends transactions itself: remove the statement."


def script_problems(script: Script) -> list[Problem]:
    """Return what is wrong with a file by itself. Raises RefusedError if it does not parse."""
    header, statements, path = script.header, script.statements, script.path
    problems = []
    for statement in statements:
        at = (path, statement.line)
        word = statement.sql.split(maxsplit=1)[0].upper()
        if statement.kind is Kind.CONTROL:
            problems.append(Problem(*at, f"{word} in a migration", _SELF))
        elif statement.kind is Kind.COPY_STDIN:
            problems.append(
                Problem(
                    *at,
                    "COPY FROM STDIN: a migration has no standard input",
                    "Write INSERT … VALUES, or load the data with a seed.",
                )
            )
        elif header.transactional and statement.kind in _NEVER_INSIDE:
            problems.append(
                Problem(
                    *at,
                    f"cannot run in a transaction: {statement.first_words}",
                    "Put it into a file of its own with the header `-- transactional: false`.",
                )
            )
        elif not header.transactional and statement.kind is Kind.CALL:
            if not header.repeatable_calls:
                problems.append(
                    Problem(
                        *at,
                        f"a {word} outside a transaction may stop halfway and is then run again",
                        "If that is safe, say so in the header: `-- repeatable-calls: true`.",
                    )
                )
        elif statement.kind is Kind.CONCURRENT and _is_nameless(statement.sql):
            problems.append(
                Problem(*at, "an index built CONCURRENTLY without a name", "Name the index.")
            )
    if not header.transactional and not outside.needs_none(statements):
        problems.append(
            Problem(
                path,
                1,
                "says `transactional: false`, but every statement can run in a transaction",
                "Remove the directive.",
                "needless",
            )
        )
    return problems if header.transactional else problems + resumption_problems(script)


def undo_problems(migration: Migration) -> list[Problem]:
    """Return what is wrong with a migration's way back."""
    reason = migration.script.header.irreversible
    if migration.undo is None and reason is None:
        return [
            Problem(
                migration.path,
                1,
                f"no rollback file {migration.id}{UNDO}",
                "Write it, or say why there is none: `-- irreversible: reason`.",
            )
        ]
    if migration.undo is not None and reason is not None:
        return [
            Problem(
                migration.path,
                1,
                f"says `irreversible`, but {migration.undo.name} exists",
                "Remove the one or the other.",
            )
        ]
    return []


def _is_nameless(text: str) -> bool:
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(text)
    return tree.is_a("IndexStmt") and not tree.idxname
