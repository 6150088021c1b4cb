"""The statements that a server has counted: pg_stat_statements."""

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from pgproof.compat.observer import CHECKED
from pgproof.compat.placeholders import numbered
from pgproof.compat.statements import Statement
from pgproof.connection import connect, is_lost
from pgproof.errors import InputError
from pgproof.sql.parser import SyntaxProblem, tree

_SCHEMA = """
select n.nspname::text
  from pg_catalog.pg_extension as e
  join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
 where e.extname = 'pg_stat_statements'
"""
_COUNTED = """
select s.queryid, s.query, sum(s.calls)::bigint
  from {}.pg_stat_statements as s
  join pg_catalog.pg_database as d on d.oid = s.dbid
  join pg_catalog.pg_roles as r on r.oid = s.userid
 where d.datname = pg_catalog.current_database()
   and s.toplevel
   and (%(role)s::text is null or r.rolname = %(role)s)
 group by s.queryid, s.query
 order by 3 desc, 1
"""
_HIDDEN = "<insufficient privilege>"
_OWN = "pg_catalog."


def of_server(conninfo: str, role: str | None, ledger_schema: str) -> list[Statement]:
    """Return the queries that a database has counted, of one role or of all, by their frequency.

    Those of the ledger are left out. Writes nothing. Raises InputError where there is no
    pg_stat_statements, or nothing can be read.
    """
    with connect(conninfo, autocommit=True, row_factory=tuple_row) as connection:
        schema = connection.execute(_SCHEMA.encode()).fetchone()
        if schema is None:
            raise InputError(
                f"database {connection.info.dbname} has no pg_stat_statements",
                hint="Run `create extension pg_stat_statements` there, or give files of SQL.",
            )
        query = sql.SQL(_COUNTED).format(sql.Identifier(schema[0]))
        try:
            rows = connection.execute(query, {"role": role}).fetchall()
        except psycopg.Error as error:
            if is_lost(error):
                raise
            raise InputError(
                f"pg_stat_statements cannot be read: {error.diag.message_primary}",
                hint="It needs shared_preload_libraries, and a role of pg_read_all_stats.",
            ) from error
    if rows and all(text == _HIDDEN for _, text, _ in rows):
        raise InputError(
            "pg_stat_statements hides the statements of other roles",
            hint="Connect as a role of pg_read_all_stats.",
        )
    own = f'"{ledger_schema}".'
    found = [_statement(number, text) for number, text, _ in rows if _is_asked(text, own)]
    if not found:
        raise InputError(
            "pg_stat_statements has no query" + (f" of {role}" if role else "") + " here",
            hint="Name the database and the role that the application uses.",
        )
    return found


def _statement(number: int, text: str) -> Statement:
    name = f"pg_stat_statements {number}"
    return Statement(name, name, numbered(text))


def _is_asked(text: str, ledger: str) -> bool:
    """Whether it is a query, and none of a tool about the server."""
    if text == _HIDDEN or _OWN in text or ledger in text:
        return False
    try:
        return tree(numbered(text)).is_a(*CHECKED)
    except SyntaxProblem:
        return False
