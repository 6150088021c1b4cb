"""CONCURRENTLY: what a statement did, as the catalogue tells, and clearing away what it left."""

from typing import TYPE_CHECKING, Any

from psycopg import sql

from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.ledger.state import Step
from pgproof.report import Reporter
from pgproof.run.session import Session

if TYPE_CHECKING:
    from pgproof.sql.parser import Node

_INDEX = """
select i.indisvalid, format('%%I.%%I', n.nspname, c.relname)
  from pg_catalog.pg_class as t
  join pg_catalog.pg_class as c on c.relnamespace = t.relnamespace and c.relname = %s
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  join pg_catalog.pg_index as i on i.indexrelid = c.oid
 where t.oid = to_regclass(%s)
"""

_LEFT_BY_REINDEX = """
select format('%%I.%%I', n.nspname, c.relname)
  from pg_catalog.pg_index as i
  join pg_catalog.pg_class as c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where not i.indisvalid
   and c.relname ~ '_cc(new|old)[0-9]*$'
   and (i.indrelid = to_regclass(%(name)s)
        or i.indrelid = (select indrelid from pg_catalog.pg_index
                          where indexrelid = to_regclass(%(name)s))
        or n.oid = to_regnamespace(%(name)s))
"""

_INHERITS = """
select inhdetachpending
  from pg_catalog.pg_inherits
 where inhparent = to_regclass(%s) and inhrelid = to_regclass(%s)
"""


def decide(
    session: Session, script: Script, statement: Statement, step: Step | None, report: Reporter
) -> str | None:
    """Return the SQL to run, or None if the catalogue shows that it is done.

    Drops an invalid index that an earlier attempt at this statement left.
    """
    tree = _parse(statement.sql)
    crashed = step is not None and step.failure is None
    if tree.is_a("IndexStmt"):
        found = _index(session, tree)
        if found is None or (found[0] and not crashed):
            return statement.sql
        valid, name = found
        if valid:
            return None
        if step is None:
            raise RefusedError(
                f"{script.path}:{statement.line}: the index {name} exists and is invalid, and this"
                " file did not make it",
                hint=f"Find out who builds it; else: drop index concurrently {name};",
            )
        _drop(session, name, report)
        return statement.sql
    if tree.is_a("ReindexStmt"):
        if step is not None:
            target = _name(tree.relation) if tree.relation else _quote(tree.name or "")
            rows = _rows(session, _LEFT_BY_REINDEX, {"name": target})
            for (name,) in rows:
                _drop(session, name, report)
        return statement.sql
    if tree.is_a("DropStmt"):
        parts = [part.sval for part in next(iter(tree.objects or ()))]
        gone = _rows(session, "select to_regclass(%s)", [".".join(map(_quote, parts))])
        return None if crashed and gone == [(None,)] else statement.sql
    return _detach(session, tree, statement.sql, crashed=crashed)


def verify(session: Session, script: Script, statement: Statement) -> None:
    """Raise PgproofError if the index of a CREATE INDEX CONCURRENTLY is not valid."""
    tree = _parse(statement.sql)
    if tree.is_a("IndexStmt"):
        found = _index(session, tree)
        if found is None or not found[0]:
            raise PgproofError(
                f"{script.path}:{statement.line}: the index {tree.idxname} is not valid",
                hint="Run the same command again: it is dropped and built anew.",
                exit_code=Exit.MIGRATION,
            )


def _detach(session: Session, tree: Any, text: str, *, crashed: bool) -> str | None:
    command = tree.cmds[0]
    parent, child = _name(tree.relation), _name(command.def_.name)
    rows = _rows(session, _INHERITS, [parent, child])
    if not rows:
        return None if crashed else text
    if rows == [(True,)]:
        return f"alter table {parent} detach partition {child} finalize"
    return text


def _drop(session: Session, name: str, report: Reporter) -> None:
    report("rebuilt", index=name)
    session.run("set lock_timeout = 0")
    session.run(f"drop index concurrently if exists {name}")


def _index(session: Session, tree: Any) -> tuple[bool, str] | None:
    rows = _rows(session, _INDEX, [tree.idxname, _name(tree.relation)])
    return rows[0] if rows else None


def _rows(session: Session, query: str, values: Any) -> list[tuple[Any, ...]]:
    return session.connection.execute(query.encode(), values).fetchall()


def _parse(text: str) -> "Node":
    from pgproof.sql.parser import tree

    return tree(text)


def _name(relation: Any) -> str:
    parts = [relation.schemaname, relation.relname]
    return ".".join(_quote(part) for part in parts if part)


def _quote(name: str) -> str:
    return sql.Identifier(name).as_string()
