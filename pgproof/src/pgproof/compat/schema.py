"""What statements depend on in a database: columns, indexes, guards and types."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psycopg.rows import tuple_row

from pgproof.connection import Connection

_OURS = r"n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'"
_RELATIONS = f"""
select n.nspname || '.' || c.relname,
       coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)::bigint,
       (select rn.nspname || '.' || r.relname
          from pg_catalog.pg_class as r
          join pg_catalog.pg_namespace as rn on rn.oid = r.relnamespace
         where r.oid = coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)),
       c.relispopulated,
       c.reltuples >= 0,
       coalesce((select json_object_agg(a.attname, json_build_array(
                           pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                           pg_catalog.pg_get_expr(d.adbin, d.adrelid),
                           a.attidentity <> '' or a.attgenerated <> '') order by a.attnum)
                   from pg_catalog.pg_attribute as a
                   left join pg_catalog.pg_attrdef as d
                     on d.adrelid = a.attrelid and d.adnum = a.attnum
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '{{}}'),
       coalesce((select json_object_agg(g.label, coalesce(g.rule, '')) from (
           select 'constraint ' || k.conname, pg_catalog.pg_get_constraintdef(k.oid)
             from pg_catalog.pg_constraint as k
            where k.conrelid = c.oid and k.contype in ('c', 'f', 'u', 'p', 'x')
           union all
           select 'trigger ' || t.tgname, ''
             from pg_catalog.pg_trigger as t
            where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'
           union all
           select 'policy ' || p.polname,
                  concat_ws(' check ', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                            pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
             from pg_catalog.pg_policy as p
            where p.polrelid = c.oid and c.relrowsecurity
           union all
           select 'row security', '' where c.relrowsecurity) as g (label, rule)), '{{}}'),
       coalesce((select string_agg(f.prosrc, ' ')
                   from pg_catalog.pg_trigger as t
                   join pg_catalog.pg_proc as f on f.oid = t.tgfoid
                  where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'
                    and t.tgtype & 7 = 7), '')
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and {_OURS}
"""  # noqa: S608
_INDEXES = f"""
select n.nspname || '.' || c.relname, pg_catalog.pg_get_indexdef(i.indexrelid)
  from pg_catalog.pg_index as i
  join pg_catalog.pg_class as c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where i.indisvalid and {_OURS}
"""  # noqa: S608
_TYPES = """
select t.oid::bigint, t.typtype::text,
       case t.typtype
         when 'e' then array(select enumlabel::text from pg_catalog.pg_enum
                              where enumtypid = t.oid order by enumsortorder)
         when 'c' then array(select attname || ' ' || pg_catalog.format_type(atttypid, atttypmod)
                               from pg_catalog.pg_attribute
                              where attrelid = t.typrelid and attnum > 0 and not attisdropped
                              order by attnum)
         when 'd' then array(select pg_catalog.format_type(t.typbasetype, t.typtypmod))
         else '{}'
       end
  from unnest(%s::oid[]) as asked (oid)
  join pg_catalog.pg_type as a on a.oid = asked.oid
  join pg_catalog.pg_type as t
    on t.oid = case when a.typelem <> 0 and a.typlen = -1 then a.typelem else a.oid end
"""
_NAMES = """
select oid::bigint, modifier::integer,
       pg_catalog.format_type(oid, nullif(modifier, -1))
  from unnest(%s::oid[], %s::integer[]) as asked (oid, modifier)
"""


@dataclass(frozen=True)
class Column:
    """A column of a table. `is_made` is an identity or generated column."""

    type: str
    not_null: bool
    default: str | None
    is_made: bool


@dataclass(frozen=True)
class Relation:
    """A table or view. `root` is the table that it is a partition of, else itself.

    `guards` are what may refuse a row that is written, or hide one, by what they are called;
    `fills` is the text of the triggers that may fill a row in before it is inserted.
    """

    root: str
    root_oid: int
    is_populated: bool
    has_statistics: bool
    columns: Mapping[str, Column]
    guards: Mapping[str, str]
    fills: str


@dataclass(frozen=True)
class Type:
    """A type's name, and its labels, attributes or base type. `kind` is that of pg_type."""

    name: str
    kind: str = "b"
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schema:
    """A state of the database. Names of relations and indexes are qualified, and not quoted."""

    relations: Mapping[str, Relation]
    indexes: Mapping[str, str]
    types: dict[tuple[int, int], Type] = field(default_factory=dict)


def read(connection: Connection) -> Schema:
    """Read the state of a database. Writes nothing."""
    relations = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for name, oid, root, populated, counted, columns, guards, fills in cursor.execute(
            _RELATIONS.encode()
        ).fetchall():
            relations[name] = Relation(
                root,
                oid,
                populated,
                counted,
                {key: Column(*value) for key, value in columns.items()},
                guards,
                fills,
            )
        indexes: dict[str, str] = dict(cursor.execute(_INDEXES.encode()).fetchall())
    return Schema(relations, indexes)


def learn_types(connection: Connection, schema: Schema, asked: Iterable[tuple[int, int]]) -> None:
    """Add types, each by its OID and modifier, to those of a state."""
    missing = sorted(set(asked) - schema.types.keys())
    if not missing:
        return
    oids, modifiers = [oid for oid, _ in missing], [modifier for _, modifier in missing]
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_TYPES.encode(), [sorted(set(oids))]).fetchall()
        parts = {oid: (kind, tuple(labels)) for oid, kind, labels in rows}
        elements: dict[int, int] = dict(
            cursor.execute(
                "select oid::bigint, case when typelem <> 0 and typlen = -1 then typelem else oid"
                " end::bigint from pg_catalog.pg_type where oid = any (%s::oid[])",
                [oids],
            ).fetchall()
        )
        for oid, modifier, name in cursor.execute(_NAMES.encode(), [oids, modifiers]).fetchall():
            kind, labels = parts.get(elements.get(oid, oid), ("b", ()))
            schema.types[oid, modifier] = Type(name, kind, labels)
