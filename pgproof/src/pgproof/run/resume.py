"""Statements that cannot share a transaction with their journal row, after an interruption.

The catalogue answers for CONCURRENTLY and for databases and tablespaces; CALL is declared
repeatable by its file; VACUUM, REINDEX and their like may always run again. What cannot be known is
refused.
"""

from psycopg import sql

from pgproof.errors import Exit, RefusedError
from pgproof.files.script import Script
from pgproof.files.statement import Kind, Statement
from pgproof.ledger.state import Step
from pgproof.report import Reporter
from pgproof.run import concurrent
from pgproof.run.session import Session

_EXISTS = {
    "database": "select exists (select from pg_catalog.pg_database where datname = {})",
    "tablespace": "select exists (select from pg_catalog.pg_tablespace where spcname = {})",
    "subscription": "select exists (select from pg_catalog.pg_subscription where subname = {})",
    "prepared": "select exists (select from pg_catalog.pg_prepared_xacts where gid = {})",
}
_NOT_TWICE = ("ALTER_SUBSCRIPTION_ADD_PUBLICATION", "ALTER_SUBSCRIPTION_DROP_PUBLICATION")


def decide(
    session: Session, script: Script, statement: Statement, step: Step | None, report: Reporter
) -> str | None:
    """Return the SQL to run now, or None if the statement was done before the interruption.

    Cleans up what an interrupted CONCURRENTLY left. Raises RefusedError where nobody can know.
    """
    if statement.kind is Kind.CONCURRENT:
        return concurrent.decide(session, script, statement, step, report)
    if statement.kind not in (Kind.OUTSIDE, Kind.EITHER) or step is None or step.failure:
        return statement.sql
    what, name, creates = _object(statement.sql)
    if what == "":
        return statement.sql
    query = sql.SQL(_EXISTS[what]).format(name) if what in _EXISTS else None
    if query is None:
        raise RefusedError(
            f"{script.path}:{statement.line}: statement {statement.number} was interrupted, and"
            " nothing tells whether it was done",
            hint=f"Look, then say where to go on: --resume {script.path.stem}:{statement.number}"
            f" runs it again, --resume {script.path.stem}:{statement.number + 1} takes it as done.",
            exit_code=Exit.PARTIAL,
        )
    exists = session.connection.execute(query).fetchone() == (True,)
    return None if exists == creates else statement.sql


def verify(session: Session, script: Script, statement: Statement) -> None:
    """Raise PgproofError if a CONCURRENTLY that reported success left an invalid index."""
    if statement.kind is Kind.CONCURRENT:
        concurrent.verify(session, script, statement)


def _object(text: str) -> tuple[str, str | None, bool]:
    """Return what a statement makes or removes: kind, name, whether it makes it.

    The kind is empty for statements that may always run again, `?` for those that may not.
    """
    from pgproof.sql.parser import tree as tree_of

    tree = tree_of(text)
    if tree.is_a("CreatedbStmt", "DropdbStmt"):
        return "database", tree.dbname, tree.is_a("CreatedbStmt")
    if tree.is_a("CreateTableSpaceStmt", "DropTableSpaceStmt"):
        return "tablespace", tree.tablespacename, tree.is_a("CreateTableSpaceStmt")
    if tree.is_a("DropSubscriptionStmt"):
        return "subscription", tree.subname, False
    if tree.is_a("TransactionStmt"):
        return "prepared", tree.gid, False
    if tree.is_a("CreateSubscriptionStmt") or tree.kind in _NOT_TWICE:
        return "?", tree.subname, True
    return "", "", False
