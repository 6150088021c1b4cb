"""Scratch databases of one command: each has a name of its own, and is dropped at the end."""

import random
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from pgproof.connection import connect, explaining
from pgproof.errors import ConnectionFailedError, Exit, InputError, RefusedError

_PREFIX = "pgproof_scratch_"
_NAME = re.compile(rf"{_PREFIX}(\d+)_\d+")
_LOCK_CLASS = 1885825906
"""First key of the advisory lock that a command holds while its databases are in use."""
_LEAVING = 0.5
"""Seconds that a connection may take to end after it was closed."""
_MAINTENANCE = ("postgres", "template1")
_FOUND = """
select d.datname::text
  from pg_catalog.pg_database as d
 where d.datname like 'pgproof\\_scratch\\_%'
   and pg_catalog.pg_has_role(d.datdba, 'USAGE')
"""
_USERS = """
select exists (select from pg_catalog.pg_stat_activity
                where datname = %s and backend_type = 'client backend')
"""
_ALIVE = """
select objid::bigint from pg_catalog.pg_locks where locktype = 'advisory' and classid = %s
"""


_ALIKE = """
select 0, format('alter database %%1$I owner to %%2$I', %(name)s::text, r.rolname)
  from pg_catalog.pg_database as d
  join pg_catalog.pg_roles as r on r.oid = d.datdba
 where d.datname = %(template)s
union all
select 1, format('revoke all on database %%I from public', %(name)s::text)
  from pg_catalog.pg_database as d
 where d.datname = %(template)s and d.datacl is not null
union all
select 2, format('grant %%s on database %%I to %%s', a.privilege_type, %(name)s::text,
                 case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
  from pg_catalog.pg_database as d
  cross join lateral pg_catalog.aclexplode(d.datacl) as a
 where d.datname = %(template)s
union all
select 3, format('alter database %%I set %%s = %%s', %(name)s::text, split_part(one, '=', 1),
                 case when split_part(one, '=', 1) in ('search_path', 'session_preload_libraries')
                      then substr(one, strpos(one, '=') + 1)
                      else quote_literal(substr(one, strpos(one, '=') + 1)) end)
  from pg_catalog.pg_database as d
  join pg_catalog.pg_db_role_setting as s on s.setdatabase = d.oid and s.setrole = 0
  cross join lateral unnest(s.setconfig) as one
 where d.datname = %(template)s
order by 1
"""
"""What makes a copy like its template: owner, privileges and settings are not copied with it."""


_SERVER = """
select pg_catalog.pg_postmaster_start_time(), pg_catalog.current_setting('port')
"""
"""What tells a server from another that is used at the same time, and everybody may read."""


@dataclass
class Databases:
    """The scratch databases of one command on one server. Never names a database of others."""

    source: str
    """The connection string that names the server; its database is read at most."""
    connection: psycopg.Connection[Any]
    number: int
    made: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    """Roles of the server that exist for these databases alone, and go with them."""

    def create(self, template: str | None = None, *, like: str | None = None) -> str:
        """Make a database and return its connection string.

        `template` is the name of a database to copy, to which nobody may be connected; `like` of
        one whose owner, privileges and settings it gets. Raises RefusedError if somebody is, or if
        this role may not make databases, and InputError if there is no such template.
        """
        name = f"{_PREFIX}{self.number}_{len(self.made) + 1}"
        self.made.append(name)
        base = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
        try:
            self.connection.execute(
                sql.SQL("create database {}{}").format(sql.Identifier(name), base)
            )
        except psycopg.errors.InvalidCatalogName as error:
            raise InputError(
                f"there is no database {template!r} to copy",
                hint="Name a database of this server; `psql --list` shows them.",
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise RefusedError(
                f"no scratch database can be made: {error.diag.message_primary}",
                hint="Connect as a role with CREATEDB, or to another server.",
            ) from error
        except psycopg.errors.ObjectInUse as error:
            raise RefusedError(
                f"the database {template} cannot be copied: {error.diag.message_detail or error}",
                hint="Leave it while it is copied, or copy its schema with --schema-of.",
                exit_code=Exit.LOCKED,
            ) from error
        if template or like:
            self._make_alike(name, template or like or "")
        return make_conninfo(self.source, dbname=name)

    def _make_alike(self, name: str, template: str) -> None:
        """Give a copy the owner, privileges and settings of its template, as far as may be."""
        values = {"name": name, "template": template}
        for _, statement in self.connection.execute(_ALIKE.encode(), values).fetchall():
            with suppress(psycopg.errors.InsufficientPrivilege):
                self.connection.execute(statement.encode())

    def is_of(self, conninfo: str) -> bool:
        """Whether a database is one of this server, by which it can be copied as a template."""
        with closing(connect(conninfo, autocommit=True)) as other:
            there = other.execute(_SERVER.encode()).fetchall()
        return bool(there == self.connection.execute(_SERVER.encode()).fetchall())

    def is_superuser(self) -> bool:
        """Whether the role may make what others own."""
        return self.connection.info.parameter_status("is_superuser") == "on"

    def is_in_use(self, name: str) -> bool:
        """Whether somebody is connected to a database, so that it cannot be a template."""
        deadline = time.monotonic() + _LEAVING
        while self.connection.execute(_USERS.encode(), [name]).fetchall()[0][0]:
            if time.monotonic() > deadline:
                return True
            time.sleep(0.05)
        return False

    def drop(self, conninfo: str) -> None:
        """Drop a database that `create` made; what is connected to it is disconnected."""
        name = str(psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"])
        if name in self.made:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self.connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )

    def drop_all(self) -> None:
        """Drop every database that is left."""
        if self.connection.info.transaction_status is TransactionStatus.ACTIVE:
            # A signal came while a database was made: the session still waits for that.
            with suppress(psycopg.Error):
                self.connection.cancel_safe()
            self.connection.close()
            self.connection = _maintenance(self.source)
        for name in self.made:
            with suppress(psycopg.Error):
                self._drop(name)
        for role in reversed(self.roles):
            with suppress(psycopg.Error):
                drop = sql.SQL("drop role if exists {}").format(sql.Identifier(role))
                self.connection.execute(drop)
        self.connection.close()

    def rename_role(self, old: str, new: str) -> None:
        """Give a role of `roles` another name."""
        names = map(sql.Identifier, (old, new))
        self.connection.execute(sql.SQL("alter role {} rename to {}").format(*names))
        self.roles[self.roles.index(old)] = new

    def drop_abandoned(self) -> None:
        """Drop the databases of commands that were killed: nobody holds the lock of those."""
        alive = {row[0] for row in self.connection.execute(_ALIVE, [_LOCK_CLASS])}
        for (name,) in self.connection.execute(_FOUND.encode()).fetchall():
            match = _NAME.fullmatch(name)
            if match and int(match[1]) not in alive:
                with suppress(psycopg.Error):
                    self._drop(name)


@contextmanager
def databases(conninfo: str) -> Iterator[Databases]:
    """Yield a maker of databases on a server; at the end, also after a signal, all are dropped.

    Databases that a command left behind because it was killed are dropped at the start.
    """
    with explaining(), closing(_maintenance(conninfo)) as connection:
        number = random.randrange(2**31)  # noqa: S311
        connection.execute("select pg_advisory_lock(%s, %s)", [_LOCK_CLASS, number])
        made = Databases(conninfo, connection, number)
        made.drop_abandoned()
        try:
            yield made
        finally:
            made.drop_all()


def _maintenance(conninfo: str) -> psycopg.Connection[Any]:
    """Connect to a database that is not the one of `conninfo`, so that this can be copied."""
    named = connect(conninfo, autocommit=True)
    name = named.info.dbname
    for other in _MAINTENANCE:
        if other != name:
            with suppress(ConnectionFailedError):
                found = connect(make_conninfo(conninfo, dbname=other), autocommit=True)
                named.close()
                return found
    return named
