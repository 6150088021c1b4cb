"""What is asked of the catalogue of a database, for `look`."""

_OURS = """
n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_toast_temp_'
"""
SERVER = """
select current_setting('server_version_num')::int / 10000,
       current_schemas(false),
       (select t.spcname
          from pg_catalog.pg_database as d
          join pg_catalog.pg_tablespace as t on t.oid = d.dattablespace
         where d.datname = current_database()),
       current_setting('default_table_access_method')
"""
RELATIONS = f"""
select c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence::text,
       coalesce(s.spcname::text, ''), coalesce(a.amname::text, ''),
       coalesce(i.indrelid, d.refobjid, 0)::bigint, coalesce(i.indisunique, false),
       c.reloftype::bigint, coalesce(p.partstrat::text, ''),
       coalesce(array(
           select coalesce(k.attname::text, '')
             from unnest(coalesce(p.partattrs, i.indkey)::int2[])
                  with ordinality as u (number, place)
             left join pg_catalog.pg_attribute as k
               on k.attrelid = coalesce(i.indrelid, c.oid) and k.attnum = u.number
            order by u.place), '{{}}'),
       case
           when c.oid = (select d.partdefid
                           from pg_catalog.pg_partitioned_table as d
                           join pg_catalog.pg_inherits as h on h.inhparent = d.partrelid
                          where h.inhrelid = c.oid) then 'DEFAULT'
           when c.relispartition and c.relkind not in ('i', 'I') then 'FOR VALUES'
           else ''
       end,
       coalesce(array(
           select h.inhparent::bigint
             from pg_catalog.pg_inherits as h
            where h.inhrelid = c.oid
            order by h.inhseqno), '{{}}')
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_tablespace as s on s.oid = c.reltablespace
  left join pg_catalog.pg_am as a on a.oid = c.relam
  left join pg_catalog.pg_index as i on i.indexrelid = c.oid
  left join pg_catalog.pg_partitioned_table as p on p.partrelid = c.oid
  left join pg_catalog.pg_depend as d
    on c.relkind = 'S' and d.classid = 'pg_class'::regclass and d.objid = c.oid
   and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
 where c.relkind in ('r', 'p', 'v', 'm', 'S', 'i', 'I', 'f', 'c') and {_OURS}
"""  # noqa: S608
COLUMNS = f"""
select a.attrelid::bigint, a.attname::text, a.atttypid::bigint, a.atttypmod, a.attcollation::bigint,
       a.attnotnull, a.attgenerated::text
  from pg_catalog.pg_attribute as a
  join pg_catalog.pg_class as c on c.oid = a.attrelid
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'm', 'f', 'c') and {_OURS}
 order by a.attrelid, a.attnum
"""  # noqa: S608
_NAMES_OF = """
array(
    select k.attname::text
      from unnest(c.{0}) with ordinality as u (number, place)
      join pg_catalog.pg_attribute as k on k.attrelid = c.{1} and k.attnum = u.number
     order by u.place)
"""
CONSTRAINTS = f"""
select c.oid::bigint, c.conname::text, c.contype::text, {_NAMES_OF.format("conkey", "conrelid")},
       c.convalidated, '', c.conrelid::bigint,
       c.confrelid::bigint, {_NAMES_OF.format("confkey", "confrelid")}, c.conindid::bigint,
       c.conparentid::bigint, c.confdeltype::text, c.confupdtype::text
  from pg_catalog.pg_constraint as c
  join pg_catalog.pg_namespace as n on n.oid = c.connamespace
 where c.conrelid <> 0 and c.contype <> 't' and {_OURS}
"""  # noqa: S608
CHECKS = """
select c.oid::bigint, pg_get_expr(c.conbin, c.conrelid)
  from pg_catalog.pg_constraint as c
 where c.contype = 'c' and c.conrelid >= 16384
"""
TYPES = """
with recursive constrained (oid) as (
    select t.oid
      from pg_catalog.pg_type as t
     where t.typtype = 'd'
       and (t.typnotnull or exists (
            select from pg_catalog.pg_constraint as c where c.contypid = t.oid))
    union
    select t.oid
      from pg_catalog.pg_type as t
      join constrained as c on c.oid = t.typbasetype
)
select t.oid::bigint, n.nspname::text, t.typname::text, t.typbasetype::bigint, t.typtypmod,
       t.typcollation::bigint, t.oid in (select oid from constrained)
  from pg_catalog.pg_type as t
  join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
  left join pg_catalog.pg_class as c on c.oid = t.typrelid
  left join pg_catalog.pg_type as e on e.oid = t.typelem and t.typcategory = 'A'
 where (c.oid is null or c.relkind = 'c')
   and (e.oid is null or e.typtype <> 'c')
   and n.nspname <> 'information_schema'
"""
CASTS = """
select castsource::bigint, casttarget::bigint
  from pg_catalog.pg_cast
 where castmethod = 'b'
"""
FUNCTIONS = """
select n.nspname::text, p.proname::text, max(p.provolatile::text)
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
 where n.nspname <> 'information_schema'
 group by 1, 2
"""
BODIES = f"""
select n.nspname::text, p.proname::text, min(l.lanname::text), min(p.prosrc)
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_language as l on l.oid = p.prolang
 where {_OURS}
 group by 1, 2
having count(*) = 1 and bool_and(l.lanname in ('sql', 'plpgsql') and p.prosqlbody is null)
"""  # noqa: S608
TRIGGERS = """
select t.tgname::text, t.tgrelid::bigint, n.nspname::text, p.proname::text,
       t.tgtype::int, t.tgenabled <> 'D'
  from pg_catalog.pg_trigger as t
  join pg_catalog.pg_proc as p on p.oid = t.tgfoid
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
 where not t.tgisinternal
"""
RULES = """
select r.ev_class::bigint,
       case r.ev_type when '2' then 'UPDATE' when '3' then 'INSERT' else 'DELETE' end
  from pg_catalog.pg_rewrite as r
 where r.ev_type in ('2', '3', '4') and r.oid >= 16384
"""
VIEWS = """
select distinct r.ev_class::bigint, d.refobjid::bigint, coalesce(a.attname::text, '')
  from pg_catalog.pg_rewrite as r
  join pg_catalog.pg_depend as d
    on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
   and d.refclassid = 'pg_class'::regclass
  left join pg_catalog.pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                                        and d.refobjsubid <> 0
 where r.ev_type = '1' and d.refobjid <> r.ev_class and r.oid >= 16384
"""
STATISTICS = """
select n.nspname::text, s.stxname::text, s.stxrelid::bigint
  from pg_catalog.pg_statistic_ext as s
  join pg_catalog.pg_namespace as n on n.oid = s.stxnamespace
"""
EVENT_TRIGGERS = """
select e.evtname::text, e.evtevent::text, coalesce(e.evttags, '{}'), n.nspname::text,
       p.proname::text
  from pg_catalog.pg_event_trigger as e
  join pg_catalog.pg_proc as p on p.oid = e.evtfoid
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
 where e.evtenabled <> 'D'
 order by 1
"""
