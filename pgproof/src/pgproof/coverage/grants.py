"""Privileges that were granted, and which of them a statement has used."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.coverage.objects import Catalogue

PUBLIC = 0
_BITS = {1: "INSERT", 2: "SELECT", 4: "UPDATE", 8: "DELETE"}
MEASURED = frozenset((*_BITS.values(), "EXECUTE", "USAGE"))
_ROLES = """
with recursive inherited as (
    select r.oid as role, r.oid as member_of from pg_catalog.pg_roles as r
    union
    select i.role, m.roleid
      from inherited as i
      join pg_catalog.pg_auth_members as m on m.member = i.member_of and m.inherit_option
)
select r.oid, r.rolname, r.rolsuper, array_agg(i.member_of)
  from pg_catalog.pg_roles as r
  join inherited as i on i.role = r.oid
 group by r.oid, r.rolname, r.rolsuper
"""
_GRANTS = """
with object as (
    select 'table' as kind, c.oid, 0 as number, c.relacl as acl, c.relowner as owner
      from pg_catalog.pg_class as c where c.relkind <> 'S' and not c.relispartition
    union all
    select 'table', a.attrelid, a.attnum, a.attacl, c.relowner
      from pg_catalog.pg_attribute as a
      join pg_catalog.pg_class as c on c.oid = a.attrelid and not c.relispartition
    union all
    select 'sequence', c.oid, 0, c.relacl, c.relowner
      from pg_catalog.pg_class as c where c.relkind = 'S'
    union all
    select 'function', p.oid, 0, p.proacl, p.proowner from pg_catalog.pg_proc as p
    union all
    select 'schema', n.oid, 0, n.nspacl, n.nspowner from pg_catalog.pg_namespace as n
     where n.nspname !~ '^pg_'
    union all
    select 'type', t.oid, 0, t.typacl, t.typowner from pg_catalog.pg_type as t
)
select o.kind, o.oid, o.number, a.privilege_type, a.grantee
  from object as o
 cross join lateral pg_catalog.aclexplode(o.acl) as a
 where a.grantee <> o.owner
   and not exists (
       select from pg_catalog.pg_init_privs as i
        cross join lateral pg_catalog.aclexplode(i.initprivs) as given
        where i.objoid = o.oid and i.objsubid = o.number
          and (given.grantee, given.privilege_type) = (a.grantee, a.privilege_type))
"""


@dataclass(frozen=True)
class Grant:
    """A privilege on an object, or on one column of a table, that a role was granted."""

    kind: str
    oid: int
    column: int
    privilege: str
    grantee: int


@dataclass(frozen=True)
class Role:
    """A role, and the oids of itself and the roles whose privileges it inherits."""

    name: str
    is_superuser: bool
    member_of: frozenset[int]


@dataclass(frozen=True)
class Permission:
    """What a statement needs of one relation; columns by number, 0 is the whole row."""

    relation: int
    needed: int
    as_role: int
    read: frozenset[int]
    inserted: frozenset[int]
    updated: frozenset[int]

    @property
    def written(self) -> bool:
        """Whether rows are written."""
        return bool(self.needed & 5)


class Grants:
    """The roles and grants of a database."""

    def __init__(self, connection: psycopg.Connection[Any], catalogue: Catalogue):
        self._catalogue = catalogue
        self.roles = {
            oid: Role(name, superuser, frozenset(member_of))
            for oid, name, superuser, member_of in connection.execute(_ROLES.encode())
        }
        self.oids = {role.name: oid for oid, role in self.roles.items()}
        self.all: list[Grant] = []
        self.unmeasured: list[Grant] = []
        self._by_object: dict[tuple[int, int, str], list[Grant]] = defaultdict(list)
        schemas = {one.schema for one in catalogue.relations.values()}
        schemas |= {one.schema for one in catalogue.functions.values()}
        self.schemas: dict[int, str] = {
            oid: name
            for oid, name in connection.execute("select oid, nspname from pg_catalog.pg_namespace")
            if name in schemas
        }
        self._schema_oids = {name: oid for oid, name in self.schemas.items()}
        known = {*catalogue.relations, *catalogue.functions, *self.schemas}
        for row in connection.execute(_GRANTS.encode()).fetchall():
            grant = Grant(*row)
            if grant.oid in known:
                is_measured = grant.privilege in MEASURED and grant.kind != "type"
                (self.all if is_measured else self.unmeasured).append(grant)
                self._by_object[grant.oid, grant.column, grant.privilege].append(grant)

    def used(
        self,
        role: int,
        permissions: Iterable[Permission],
        functions: Iterable[int],
        sequences: Iterable[int],
    ) -> set[Grant] | None:
        """Return the grants that a statement of a role uses; None if one is missing."""
        found: set[Grant] = set()
        schemas = set()
        for one in permissions:
            relation = self._catalogue.relations.get(one.relation)
            if relation is None:
                continue
            user = one.as_role or role
            if one.as_role == 0:
                schemas.add(relation.schema)
            if self._is_exempt(user, relation.owner):
                continue
            for bit, privilege in _BITS.items():
                if one.needed & bit:
                    using = self._of_relation(user, one, privilege)
                    if using is None:
                        return None
                    found |= using
        for oid in functions:
            function = self._catalogue.functions.get(oid)
            if function is not None:
                schemas.add(function.schema)
                if not self._is_exempt(role, function.owner):
                    found |= self._given(role, oid, 0, "EXECUTE")
        if not self._is_exempt(role, -1):
            for oid in sequences:
                found |= self._given(role, oid, 0, "USAGE")
            for name in schemas:
                found |= self._given(role, self._schema_oids[name], 0, "USAGE")
        return found

    def _of_relation(self, role: int, one: Permission, privilege: str) -> set[Grant] | None:
        whole = self._given(role, one.relation, 0, privilege)
        if whole:
            return whole
        columns = {"SELECT": one.read, "INSERT": one.inserted, "UPDATE": one.updated}
        found: set[Grant] = set()
        for column in columns.get(privilege, ()):
            given = self._given(role, one.relation, column, privilege)
            if not given:
                return None
            found |= given
        return found or None

    def _given(self, role: int, oid: int, column: int, privilege: str) -> set[Grant]:
        who = self.roles[role].member_of | {PUBLIC} if role in self.roles else {PUBLIC}
        return {one for one in self._by_object[oid, column, privilege] if one.grantee in who}

    def _is_exempt(self, role: int, owner: int) -> bool:
        known = self.roles.get(role)
        return known is not None and (known.is_superuser or owner in known.member_of)

    def name(self, one: Grant) -> str:
        """Return a grant as one reads it."""
        columns = self._catalogue.columns
        column = f" ({columns[one.oid, one.column][0]})" if one.column else ""
        grantee = "public" if one.grantee == PUBLIC else self.roles[one.grantee].name
        if one.kind == "function":
            what = f"function {self._catalogue.functions[one.oid].name}"
        elif one.kind == "schema":
            what = f"schema {self.schemas[one.oid]}"
        else:
            relation = self._catalogue.relations[one.oid]
            what = f"{relation.schema}.{relation.name}"
        return f"{one.privilege}{column} on {what} to {grantee}"
