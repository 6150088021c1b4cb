"""Looking at statements: prepared, explained and run as the application, and rolled back."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psycopg
from psycopg import pq, sql

from pgproof.compat.plans import of_document
from pgproof.compat.schema import Schema, Type, learn_types
from pgproof.compat.seen import Refusal, Seen
from pgproof.compat.statements import Statement
from pgproof.connection import Connection, is_lost
from pgproof.errors import InputError
from pgproof.sql.parser import Node, tree

PLANNED = ("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")
"""What the server can explain."""
CHECKED = (*PLANNED, "CallStmt")
"""What the server checks when it is prepared."""
_LONGEST = "5s"
"""What a statement that is run may take."""
_FEATURE_NOT_SUPPORTED = "0A000"
_TIMEOUTS = frozenset(("57014", "55P03"))
_UNPOPULATED = "55000"
_OF_ROLE = """
select format('select pg_catalog.set_config(%%L, %%L, true)', split_part(one, '=', 1),
              substr(one, strpos(one, '=') + 1))
  from pg_catalog.pg_db_role_setting as s
  join pg_catalog.pg_roles as r on r.oid = s.setrole
  cross join unnest(s.setconfig) as one
 where r.rolname = %s and one !~ 'timeout|^role='
   and s.setdatabase in (0, (select oid from pg_catalog.pg_database
                              where datname = current_database()))
   and not exists (select from pg_catalog.pg_settings as p
                    where p.name = lower(split_part(one, '=', 1)) and p.context <> 'user')
 order by s.setdatabase
"""
"""Settings of a role, then those for it in this database; those that only a superuser may set are
limits, and decide no plan.
"""
_OIDS = """
select array_agg(pg_catalog.to_regtype(name)::oid::bigint order by place)
  from unnest(%s::text[]) with ordinality as t (name, place)
"""
_ROLE = "from pg_catalog.pg_roles where rolname = %s"
_BEGUN = "begun"
_TIMEOUT = "set local statement_timeout = "
_SCANS = "set local enable_seqscan = "
_ANALYZE = "explain (analyze, costs off, timing off, summary off, format json)"


@dataclass
class Observer:
    """Looks at statements by one connection, as the application's role; changes no row."""

    connection: Connection
    role: str | None
    is_run: bool = True
    _trees: dict[str, Node] = field(default_factory=dict)
    _settings: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def look(self, statement: Statement, schema: Schema, before: Sequence[Type] = ()) -> Seen:
        """Prepare and explain a statement, and run it if its values are known; roll it back.

        `before` are its parameters' types in another state: it is prepared with these, too.
        """
        root = self.tree(statement.sql)
        if not root.is_a(*CHECKED):
            message = "not a query: the server does not check it before it runs"
            return Seen(Refusal(_FEATURE_NOT_SUPPORTED, message))
        with self._within(statement) as refused:
            if refused:
                return Seen(refused)
            seen = self._prepared(statement.sql)
            if seen.refusal:
                return seen
            learn_types(self.connection, schema, (*seen.parameters, *dict(seen.columns).values()))
            types = [schema.types[key].name for key in seen.parameters]
            if before and [one.name for one in before] != types:
                seen = replace(seen, typed=self._typed(statement.sql, before))
            if root.is_a(*PLANNED):
                seen = self._planned(statement.sql, seen)
            if seen.refusal is None and self.is_run and statement.within is None:
                seen = self._run(statement, seen)
        return self._populated(seen, schema)

    def refuses(self, statement: Statement, text: str) -> tuple[str, str, int] | None:
        """Return SQLSTATE, message and place of a refusal of `text`, sent as the statement is."""
        with self._within(statement):
            result = self.connection.pgconn.prepare(b"", text.encode())
            refused = _refusal(result)
            if refused is None:
                return None
            place = psycopg.errors.error_from_result(result).diag.statement_position
            return refused.sqlstate, refused.message, int(place or 0) - 1

    def tree(self, text: str) -> Node:
        """Return the tree of a statement that can be parsed."""
        if text not in self._trees:
            self._trees[text] = tree(text)
        return self._trees[text]

    def _defaults(self, role: str | None) -> tuple[str, ...]:
        """Return what sets that which the sessions of a role begin with."""
        if role is None or role != self.role:
            return ()
        if role not in self._settings:
            rows = self.connection.execute(_OF_ROLE.encode(), [role]).fetchall()
            self._settings[role] = tuple(row[0] for row in rows)
        return self._settings[role]

    @contextmanager
    def _within(self, statement: Statement) -> Iterator[Refusal | None]:
        """Be in a transaction with the role and the settings of a statement, and roll it back."""
        role = statement.role or self.role
        first = [f"set local role {sql.Identifier(role).as_string()}"] if role else []
        settings = (*self._defaults(role), *statement.settings, f"{_TIMEOUT}'{_LONGEST}'")
        try:
            started = self.connection.pgconn.exec_(
                "; ".join(("begin", *first, *settings, f"savepoint {_BEGUN}")).encode()
            )
            refused = _refusal(started)
            yield refused
        finally:
            self.connection.execute("rollback")

    def _prepared(self, text: str, oids: list[int] | None = None) -> Seen:
        pgconn = self.connection.pgconn
        refused = _refusal(pgconn.prepare(b"", text.encode(), oids))
        if refused is None:
            result = pgconn.describe_prepared(b"")
            refused = _refusal(result)
        if refused:
            self._again()
            return Seen(refused)
        return Seen(
            parameters=tuple((result.param_type(one), -1) for one in range(result.nparams)),
            columns=tuple(
                ((result.fname(one) or b"").decode(), (result.ftype(one), result.fmod(one)))
                for one in range(result.nfields)
            ),
        )

    def _typed(self, text: str, types: Sequence[Type]) -> Refusal | None:
        """Return what is said against a statement with parameters of types that are there."""
        names = [one.name for one in types]
        row = self.connection.execute(_OIDS.encode(), [names]).fetchone()
        if row is None or None in row[0]:
            return None
        return self._prepared(text, row[0]).refusal

    def _planned(self, text: str, seen: Seen) -> Seen:
        plans = []
        for setting in ("on", "off"):
            explain = f"{_SCANS}{setting}; explain (generic_plan, verbose, format json) {text}"
            result = self.connection.pgconn.exec_(explain.encode())
            if refused := _refusal(result):
                self._again()
                return replace(seen, refusal=refused)
            found = b"".join(result.get_value(row, 0) or b"" for row in range(result.ntuples))
            plans.append(of_document(json.loads(found)))
        return replace(seen, plan=plans[0], reached=plans[1])

    def _run(self, statement: Statement, seen: Seen) -> Seen:
        if statement.values is None and seen.parameters:
            return seen
        text = statement.sql
        if statement.values is not None:
            if refused := self._execute(f"prepare pgproof_asked as {text}"):
                return replace(seen, run=refused)
            text = f"execute pgproof_asked ({statement.values})"
        analyze = f"{_SCANS}on; {_ANALYZE} {text}"
        result = self.connection.pgconn.exec_(analyze.encode())
        refused = _refusal(result) or self._execute("set constraints all immediate")
        self._again()
        if statement.values is not None:
            self._execute("deallocate pgproof_asked")
        if refused:
            late = refused.sqlstate in _TIMEOUTS
            return seen if late else replace(seen, run=replace(refused, is_run=True))
        found = json.loads(result.get_value(0, 0) or b"[]")
        rows = found[0]["Plan"].get("Actual Rows") if found and "Plan" in found[0] else None
        is_asked = self.tree(statement.sql).is_a("SelectStmt")
        return replace(seen, rows=int(rows) if is_asked and rows is not None else None)

    def _populated(self, seen: Seen, schema: Schema) -> Seen:
        """Refuse what reads a materialized view without data, as running it would."""
        for name in sorted(seen.plan.relations) if seen.plan else ():
            found = schema.relations.get(name)
            if found and not found.is_populated:
                message = f"materialized view {name} has not been populated"
                return replace(seen, refusal=Refusal(_UNPOPULATED, message))
        return seen

    def _execute(self, text: str) -> Refusal | None:
        refused = _refusal(self.connection.pgconn.exec_(text.encode()))
        if refused:
            self._again()
        return refused

    def _again(self) -> None:
        """Go on in a transaction that an error has ended: with what was set in it before."""
        self.connection.pgconn.exec_(f"rollback to {_BEGUN}".encode())


def _refusal(result: pq.abc.PGresult) -> Refusal | None:
    """Return what a result says against its statement. Raises psycopg.Error if none may follow."""
    if result.status != pq.ExecStatus.FATAL_ERROR:
        return None
    error = psycopg.errors.error_from_result(result)
    if is_lost(error):
        raise error
    message = " ".join((error.diag.message_primary or str(error)).split())
    return Refusal(error.sqlstate or "", message)


def refuse_role(connection: Connection, role: str) -> None:
    """Raise InputError unless a role is there that the connection may become."""
    may = f"select pg_catalog.pg_has_role(oid, 'SET') {_ROLE}"
    row = connection.execute(may.encode(), [role]).fetchone()
    if row is None:
        raise InputError(f"there is no role {role!r}", hint="Name the application's role.")
    if not row[0]:
        raise InputError(
            f"{connection.info.user} may not become {role}",
            hint=f"Connect as a superuser, or grant {role} to {connection.info.user}.",
        )
