"""The tables that are filled: their columns with what bounds them, and their foreign keys."""

from dataclasses import dataclass
from random import Random

from psycopg import sql

from pgproof.growth.expressions import Kind, natural, without
from pgproof.growth.statistics import Connection, Shape
from pgproof.verify import values

_COLUMNS = """
select a.attname::text, coalesce(b.typname, t.typname)::text,
       coalesce(b.typcategory, t.typcategory)::text,
       case when b.oid is null then a.atttypmod else t.typtypmod end,
       format_type(a.atttypid, a.atttypmod),
       array(select e.enumlabel::text from pg_enum as e
              where e.enumtypid = coalesce(b.oid, t.oid) order by e.enumsortorder),
       a.atthasdef or a.attidentity <> '',
       array(select pg_get_constraintdef(k.oid) from pg_constraint as k
              where k.contype = 'c'
                and ((k.conrelid = a.attrelid and a.attnum = any (k.conkey)) or k.contypid = t.oid)
              union all
             select pg_get_expr(c.relpartbound, c.oid)
               from pg_partitioned_table as p
               join pg_inherits as h on h.inhparent = p.partrelid
               join pg_class as c on c.oid = h.inhrelid
              where p.partrelid = a.attrelid and a.attnum = any (p.partattrs::int2[])),
       exists (select from pg_index as i
                where i.indrelid = a.attrelid and i.indisunique and a.attnum = any (i.indkey)),
       a.attnotnull or t.typnotnull
  from pg_attribute as a
  join pg_type as t on t.oid = a.atttypid
  left join pg_type as b on b.oid = nullif(t.typbasetype, 0)
 where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
   and a.attgenerated = '' and a.attidentity <> 'a'
   and not exists (select from pg_constraint as k
                    where k.conrelid = a.attrelid and k.contype = 'f'
                      and k.confrelid = k.conrelid and a.attnum = any (k.conkey))
 order by a.attnum
"""
_KEYS = """
select k.confrelid::regclass::text,
       array(select a.attname::text from unnest(k.conkey) with ordinality as u (n, at)
               join pg_attribute as a on (a.attrelid, a.attnum) = (k.conrelid, u.n) order by u.at),
       array(select a.attname::text from unnest(k.confkey) with ordinality as u (n, at)
               join pg_attribute as a on (a.attrelid, a.attnum) = (k.confrelid, u.n) order by u.at)
  from pg_constraint as k
 where k.conrelid = %s::regclass and k.contype = 'f' and k.confrelid <> k.conrelid
   and k.conparentid = 0
 order by k.oid
"""


@dataclass(frozen=True)
class Column:
    """A column to fill; `checks`, and the bounds of partitions among them, say what it may hold."""

    name: str
    kind: Kind
    has_default: bool
    checks: tuple[str, ...]
    is_unique: bool
    is_not_null: bool

    @property
    def made(self) -> sql.Composable | None:
        """Return the expression of a value that fits the type alone."""
        return natural(self.kind)

    def shaped(self, shape: Shape | None) -> sql.Composable:
        """Return the expression of such a value; without keys to keep, of the shape given."""
        found = natural(self.kind, None if self.is_unique else shape) or sql.NULL
        if shape is None or self.is_unique or self.is_not_null:
            return found
        return without(found, shape.nulls)

    def guess(self, random: Random) -> sql.Composable:
        """Return a value that may fit the checks, too."""
        kind = self.kind
        given = values.Column(
            self.name, kind.name, kind.category, kind.labels, False, False, self.checks
        )
        return sql.SQL("{}::{}").format(
            sql.Literal(values.choose(given, random)), sql.SQL(kind.written)
        )


@dataclass(frozen=True)
class Key:
    """A foreign key to another table."""

    table: str
    columns: tuple[str, ...]
    referenced: tuple[str, ...]


def columns(connection: Connection, table: str) -> list[Column]:
    """Return the columns of a table that may be set."""
    found = connection.execute(_COLUMNS, [table]).fetchall()
    return [
        Column(
            name,
            Kind(kind, category, modifier, written, tuple(labels)),
            has_default,
            tuple(checks),
            *rest,
        )
        for name, kind, category, modifier, written, labels, has_default, checks, *rest in found
    ]


def keys(connection: Connection, table: str) -> list[Key]:
    """Return the foreign keys of a table to others."""
    found = connection.execute(_KEYS, [table]).fetchall()
    return [Key(other, tuple(own), tuple(others)) for other, own, others in found]
