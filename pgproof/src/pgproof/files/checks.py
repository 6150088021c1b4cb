"""What keeps a file from being run: a tool it is not written for, its text, its statements."""

import re

from pgproof.files import others
from pgproof.files.faults import script_problems, undo_problems
from pgproof.files.problem import Problem, collecting
from pgproof.files.script import Migration, Script, load
from pgproof.files.statement import Kind, Statement

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
            problems += checked(undo) or empty_problems(undo)
    return problems


def foreign_problems(migration: Migration) -> list[Problem]:
    """Return that a migration is another tool's, by its name or by a mark in it."""
    found = others.named(migration.path)
    return [found] if found else _marks(migration.script)


def checked(script: Script) -> list[Problem]:
    """Return what is wrong with a file by itself."""
    return _marks(script) or _own_problems(script)


def empty_problems(script: Script) -> list[Problem]:
    """Return that a file of which something is expected does nothing. Raises RefusedError."""
    if script.statements or script.header.restores:
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
    return list(dict.fromkeys(problems)) or [*script_problems(script), *_encodings(script)]


def _encodings(script: Script) -> list[Problem]:
    return [
        Problem(
            script.path,
            statement.line,
            "sets client_encoding, but files are UTF-8",
            "Remove the statement, and save the file as UTF-8.",
        )
        for statement in script.statements
        if statement.kind is not Kind.CONTROL and _changes_encoding(statement)
    ]


def _changes_encoding(statement: Statement) -> bool:
    if not _ENCODING.search(statement.sql) or statement.kind is Kind.COPY_STDIN:
        return False
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(statement.sql)
    if not tree.is_a("VariableSetStmt") or tree.name != "client_encoding":
        return False
    value = tree.args[0].sval.sval if tree.args else ""
    return re.sub(r"[^a-z0-9]", "", str(value).lower()) not in _UTF8
