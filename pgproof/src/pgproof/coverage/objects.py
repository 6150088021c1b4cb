"""What a schema consists of: every object that a test can touch, read from the catalogue."""

from dataclasses import dataclass, field
from typing import Any

import psycopg

_SCHEMAS = """
select n.oid
  from pg_catalog.pg_namespace as n
 where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'pgproof_coverage')
   and n.nspname <> %(ledger)s and n.oid <> all (%(tap)s)
   and not exists (select from pg_catalog.pg_depend as d
                    where d.classid = 'pg_catalog.pg_namespace'::regclass
                      and d.objid = n.oid and d.deptype = 'e')
"""
_TAP = """
select p.pronamespace
  from pg_catalog.pg_proc as p
 where p.proname in ('plan', 'finish', 'throws_ok')
   and not exists (select from pg_catalog.pg_class as c
                    where c.relnamespace = p.pronamespace and c.relkind in ('r', 'p'))
   and not exists (select from pg_catalog.pg_depend as d
                    where d.classid = 'pg_catalog.pg_proc'::regclass
                      and d.objid = p.oid and d.deptype = 'e')
 group by p.pronamespace
having pg_catalog.count(distinct p.proname) = 3
"""
"""Schemas of pgTAP, where it is there without its extension."""
_HANDLERS = """
select p.oid, p.prosrc
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
 where p.prosrc ~* '\\mexception\\M'
   and (p.pronamespace = any (%(tap)s)
        or exists (select from pg_catalog.pg_depend as d
                     join pg_catalog.pg_extension as e
                       on e.oid = d.refobjid and e.extname = 'pgtap'
                    where d.classid = 'pg_catalog.pg_proc'::regclass
                      and d.objid = p.oid and d.deptype = 'e'))
"""
_MEMBERS = """
select d.objid from pg_catalog.pg_depend as d where d.classid = %s::regclass and d.deptype = 'e'
"""
_RELATIONS = """
select c.oid, n.nspname, c.relname, c.relkind::text, c.relowner,
       coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)::oid
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_index as i on i.indexrelid = c.oid
 where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I') and n.oid = any (%(schemas)s)
   and c.oid <> all (%(relations)s)
   and coalesce(i.indrelid, 0) <> all (%(relations)s)
 order by n.nspname, c.relname
"""
_COLUMNS = """
select a.attrelid, a.attnum, a.attname,
       a.attnotnull and a.attidentity = '' and a.attgenerated = ''
       and not exists (select from pg_catalog.pg_constraint as k
                        where k.conrelid = c.oid and k.contype = 'p' and a.attnum = any (k.conkey))
  from pg_catalog.pg_attribute as a
  join pg_catalog.pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm', 'f')
 where a.attnum > 0 and not a.attisdropped and c.relnamespace = any (%(schemas)s)
 order by a.attrelid, a.attnum
"""
_CONSTRAINTS = """
with recursive parents as (
    select k.oid, k.oid as root from pg_catalog.pg_constraint as k where k.conparentid = 0
    union all
    select k.oid, p.root
      from pg_catalog.pg_constraint as k
      join parents as p on p.oid = k.conparentid
)
select k.oid, coalesce(above.oid, p.root), n.nspname, coalesce(c.relname, t.typname), k.conname
  from pg_catalog.pg_constraint as k
  join parents as p on p.oid = k.oid
  left join pg_catalog.pg_constraint as above
    on k.coninhcount > 0 and k.conparentid = 0 and above.conname = k.conname
   and above.contype = k.contype and above.conrelid = pg_catalog.pg_partition_root(k.conrelid)
  join pg_catalog.pg_namespace as n on n.oid = k.connamespace
  left join pg_catalog.pg_class as c on c.oid = k.conrelid
  left join pg_catalog.pg_type as t on t.oid = k.contypid
 where k.contype in ('c', 'f', 'p', 'u', 'x') and n.oid = any (%(schemas)s)
   and k.conrelid <> all (%(relations)s)
 order by n.nspname, 4, k.conname
"""
_INDEXES = """
select i.indexrelid, i.indrelid::oid, i.indisunique
  from pg_catalog.pg_index as i
  join pg_catalog.pg_class as c on c.oid = i.indexrelid
 where c.relnamespace = any (%(schemas)s) and not c.relispartition
   and not exists (select from pg_catalog.pg_constraint as k
                    where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
"""
_POLICIES = """
select p.oid, p.polname, n.nspname, c.relname,
       pg_catalog.pg_get_expr(p.polqual, p.polrelid),
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
  from pg_catalog.pg_policy as p
  join pg_catalog.pg_class as c on c.oid = p.polrelid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.oid = any (%(schemas)s)
 order by n.nspname, c.relname, p.polname
"""
_FUNCTIONS = """
select p.oid, n.nspname, p.proname, n.nspname || '.' || p.proname || '('
       || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')',
       p.proowner, p.prosecdef, case l.lanname when 'plpgsql' then p.prosrc end
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_language as l on l.oid = p.prolang
 where n.oid = any (%(schemas)s)
   and p.oid <> all (%(functions)s)
 order by 4
"""
_USES = """
select distinct coalesce(a.adrelid, k.conrelid, i.indrelid), d.refobjid
  from pg_catalog.pg_depend as d
  left join pg_catalog.pg_attrdef as a
    on d.classid = 'pg_catalog.pg_attrdef'::regclass and a.oid = d.objid
  left join pg_catalog.pg_constraint as k
    on d.classid = 'pg_catalog.pg_constraint'::regclass and k.oid = d.objid
  left join pg_catalog.pg_index as i
    on d.classid = 'pg_catalog.pg_class'::regclass and i.indexrelid = d.objid
 where d.refclassid = 'pg_catalog.pg_proc'::regclass
   and coalesce(a.adrelid, k.conrelid, i.indrelid) is not null
"""


@dataclass(frozen=True)
class Relation:
    """A table, view, sequence or index; `root` is the oid of the table that it is a part of."""

    oid: int
    schema: str
    name: str
    kind: str
    owner: int
    root: int


@dataclass(frozen=True)
class Constraint:
    """A constraint of a table or a domain; `root` is the oid of the one it is inherited from."""

    oid: int
    root: int
    schema: str
    relation: str
    name: str


@dataclass(frozen=True)
class Policy:
    """A policy; its expressions are by their clauses."""

    oid: int
    bare_name: str
    relation: tuple[str, str]
    expressions: dict[str, str]

    @property
    def name(self) -> str:
        """Return its name with the table's."""
        return f"{'.'.join(self.relation)}.{self.bare_name}"


@dataclass(frozen=True)
class Function:
    """A function; `source` is its body if that is PL/pgSQL."""

    oid: int
    schema: str
    bare_name: str
    name: str
    owner: int
    is_definer: bool
    source: str | None


@dataclass
class Catalogue:
    """The objects of a database."""

    relations: dict[int, Relation] = field(default_factory=dict)
    columns: dict[tuple[int, int], tuple[str, bool]] = field(default_factory=dict)
    """By table and number: the name, and whether null is refused there and nowhere else."""
    constraints: list[Constraint] = field(default_factory=list)
    indexes: dict[int, tuple[int, bool]] = field(default_factory=dict)
    """By oid: the table, and whether duplicates are refused; not those of constraints."""
    policies: list[Policy] = field(default_factory=list)
    functions: dict[int, Function] = field(default_factory=dict)
    uses: list[tuple[int, int]] = field(default_factory=list)
    """A table, and a function that its checks, defaults or indexes call."""
    handlers: list[tuple[int, str]] = field(default_factory=list)
    """Functions of pgTAP that handle errors, and their bodies."""

    def root(self, oid: int) -> int:
        """Return the oid of what a relation is a part of; its own of any other."""
        return self.relations[oid].root if oid in self.relations else oid

    def tables(self) -> list[Relation]:
        """Return what has columns and is no partition."""
        return [
            one for one in self.relations.values() if one.kind in "rpvmf" and one.root == one.oid
        ]


def read(connection: psycopg.Connection[Any], ledger: str) -> Catalogue:
    """Read the objects that belong to no extension, nor to the ledger."""

    def oids(query: str, *values: str) -> list[int]:
        return [row[0] for row in connection.execute(query.encode(), values).fetchall()]

    connection.execute("set search_path = pg_catalog")
    tap = oids(_TAP)
    named = connection.execute(_SCHEMAS.encode(), {"ledger": ledger, "tap": tap}).fetchall()
    given = {
        "tap": tap,
        "schemas": [row[0] for row in named],
        "relations": oids(_MEMBERS, "pg_catalog.pg_class"),
        "functions": oids(_MEMBERS, "pg_catalog.pg_proc"),
    }

    def rows(query: str) -> list[Any]:
        return connection.execute(query.encode(), given).fetchall()

    return Catalogue(
        {row[0]: Relation(*row) for row in rows(_RELATIONS)},
        {(oid, number): (name, alone) for oid, number, name, alone in rows(_COLUMNS)},
        [Constraint(*row) for row in rows(_CONSTRAINTS)],
        {oid: (table, unique) for oid, table, unique in rows(_INDEXES)},
        [
            Policy(
                oid,
                name,
                (schema, table),
                {
                    clause: text
                    for clause, text in (("using", using), ("with check", check))
                    if text is not None
                },
            )
            for oid, name, schema, table, using, check in rows(_POLICIES)
        ],
        {row[0]: Function(*row) for row in rows(_FUNCTIONS)},
        [(table, function) for table, function in rows(_USES)],
        [(oid, source) for oid, source in rows(_HANDLERS)],
    )
