"""What is wrong with a file by itself, whatever has been applied."""

import re

from pgproof.files import others
from pgproof.files.folder import UNDO
from pgproof.files.problem import Problem, collecting
from pgproof.files.script import Migration, Script, load
from pgproof.files.statement import Kind, Statement

_SELF = "The runner opens and ends transactions itself: remove the statement."
_ENCODING = re.compile(r"\A\s*set\b.*?\b(?:client_encoding|names)\b", re.I | re.S)
_UTF8 = frozenset(("utf8", "unicode", ""))


def migration_problems(migration: Migration) -> list[Problem]:
    """Return what is wrong with a migration that is to be run, and with its way back."""
    problems = foreign_problems(migration)
    if problems:
        return problems
    if re.search(r"\s", migration.id):
        message = "its name holds a space, so that no `-- depends:` can name it"
        problems.append(Problem(migration.path, 0, message, "Rename it and its rollback file."))
    with collecting(problems):
        problems += undo_problems(migration)
    problems += _own_problems(migration.script) or empty_problems(migration.script)
    if migration.undo is not None:
        with collecting(problems):
            undo = load(migration.undo)
            problems += script_problems(undo) or empty_problems(undo)
    return problems


def foreign_problems(migration: Migration) -> list[Problem]:
    """Return that a migration is another tool's, by its name or by a mark in it."""
    found = others.named(migration.path)
    return [found] if found else _marks(migration.script)


def script_problems(script: Script) -> list[Problem]:
    """Return what is wrong with a file by itself."""
    return _marks(script) or _own_problems(script)


def empty_problems(script: Script) -> list[Problem]:
    """Return that a file of which something is expected does nothing. Raises RefusedError."""
    if script.statements:
        return []
    remedy = "Write it; where there is nothing to do, write `select 1;`."
    return [Problem(script.path, 1, "holds no statement", remedy)]


def _marks(script: Script) -> list[Problem]:
    problems: list[Problem] = []
    with collecting(problems):
        found = others.marked(script)
        return [found] if found else []
    return problems


def _own_problems(script: Script) -> list[Problem]:
    problems: list[Problem] = []
    with collecting(problems):
        _ = script.header
    with collecting(problems):
        _ = script.statements
    return list(dict.fromkeys(problems)) or _statement_problems(script)


def _statement_problems(script: Script) -> list[Problem]:
    header, statements, path = script.header, script.statements, script.path
    problems = []
    for statement in statements:
        at = (path, statement.line)
        if statement.kind is not Kind.CONTROL and _changes_encoding(statement):
            problems.append(
                Problem(
                    *at,
                    "sets client_encoding, but files are UTF-8",
                    "Remove the statement, and save the file as UTF-8.",
                )
            )
        if statement.kind is Kind.CONTROL:
            word = statement.sql.split(maxsplit=1)[0].upper()
            problems.append(Problem(*at, f"{word} in a migration", _SELF))
        elif statement.kind is Kind.COPY_STDIN:
            problems.append(
                Problem(
                    *at,
                    "COPY FROM STDIN: a migration has no standard input",
                    "Write INSERT … VALUES, or load the data with a seed.",
                )
            )
        elif header.transactional and statement.kind in (Kind.CONCURRENT, Kind.OUTSIDE):
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
                        "a CALL outside a transaction may stop halfway and is then called again",
                        "If that is safe, say so in the header: `-- repeatable-calls: true`.",
                    )
                )
        elif statement.kind is Kind.CONCURRENT and _is_nameless(statement.sql):
            problems.append(
                Problem(*at, "an index built CONCURRENTLY without a name", "Name the index.")
            )
    needs_none = (Kind.CONCURRENT, Kind.OUTSIDE, Kind.CALL)
    if not header.transactional and not any(s.kind in needs_none for s in statements):
        problems.append(
            Problem(
                path,
                1,
                "says `transactional: false`, but every statement can run in a transaction",
                "Remove the directive.",
            )
        )
    return problems


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


def _changes_encoding(statement: Statement) -> bool:
    if not _ENCODING.search(statement.sql) or statement.kind is Kind.COPY_STDIN:
        return False
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(statement.sql)
    if not tree.is_a("VariableSetStmt") or tree.name != "client_encoding":
        return False
    value = tree.args[0].sval.sval if tree.args else ""
    return re.sub(r"[^a-z0-9]", "", str(value).lower()) not in _UTF8


def _is_nameless(text: str) -> bool:
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(text)
    return tree.is_a("IndexStmt") and not tree.idxname
