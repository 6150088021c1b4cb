"""Queries of the catalogue: schemas, tables, their columns, views, sequences and indexes."""

SCHEMAS = """
select 'schema', quote_ident(n.nspname), jsonb_build_object(
           'owner', quote_ident(pg_get_userbyid(n.nspowner)),
           'privileges', $privileges(n.nspacl, n, n.nspowner),
           'comment', d.description,
           'security labels', $labels(pg_namespace, n.oid, 0)),
       least(age(n.xmin), age(d.xmin))
  from spaces as n
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_namespace'::regclass, n.oid, 0)
 where n.oid not in (select objid from members where classid = 'pg_namespace'::regclass)
"""
TABLES = """
select case c.relkind when 'f' then 'foreign table' else 'table' end,
       format('%I.%I', n.nspname, c.relname), jsonb_build_object(
           'owner', quote_ident(pg_get_userbyid(c.relowner)),
           'persistence', case c.relpersistence when 'u' then 'unlogged' end,
           'partitioned by', case c.relkind when 'p' then pg_get_partkeydef(c.oid) end,
           'partition of', case when c.relispartition then parents.names ->> 0 end,
           'bounds', pg_get_expr(c.relpartbound, c.oid),
           'is being detached', nullif(parents.leaves, false),
           'inherits', case when not c.relispartition then parents.names end,
           'of type', nullif(c.reloftype, 0)::regtype,
           'columns', (select jsonb_agg(a.attname order by a.attnum)
                         from pg_attribute as a
                        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
           'row security', nullif(c.relrowsecurity, false),
           'row security of the owner', nullif(c.relforcerowsecurity, false),
           'replica identity', case c.relreplident
               when 'n' then 'nothing' when 'f' then 'full'
               when 'i' then (select 'using index ' || quote_ident(i.relname)
                                from pg_index as x join pg_class as i on i.oid = x.indexrelid
                               where x.indrelid = c.oid and x.indisreplident) end,
           'access method', (select amname from pg_am as m
                              where m.oid = c.relam and amname <> 'heap'),
           'tablespace', (select spcname from pg_tablespace as t where t.oid = c.reltablespace),
           'options', $sorted(c.reloptions),
           'toast options', (select $sorted(t.reloptions) from pg_class as t
                              where t.oid = c.reltoastrelid),
           'server', s.srvname,
           'foreign options', $sorted(f.ftoptions),
           'privileges', $privileges(c.relacl, r, c.relowner),
           'comment', d.description,
           'security labels', $labels(pg_class, c.oid, 0)),
       least(age(c.xmin), age(d.xmin), parents.age)
  from pg_class as c
  join spaces as n on n.oid = c.relnamespace
  left join pg_foreign_table as f on f.ftrelid = c.oid
  left join pg_foreign_server as s on s.oid = f.ftserver
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_class'::regclass, c.oid, 0)
 cross join lateral (
           select jsonb_agg(h.inhparent::regclass::text order by h.inhseqno) as names,
                  bool_or(h.inhdetachpending) as leaves, min(age(h.xmin)) as age
             from pg_inherits as h where h.inhrelid = c.oid) as parents
 where c.relkind in ('r', 'p', 'f')
   and c.relpersistence <> 't'
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
COLUMNS = """
select 'column', format('%I.%I.%I', n.nspname, c.relname, a.attname), jsonb_build_object(
           'of', c.oid::regclass,
           'type', format_type(a.atttypid, a.atttypmod),
           'collation', case when a.attcollation <> t.typcollation
                             then a.attcollation::regcollation::text end,
           'not null', $not_null,
           'default', case when a.attgenerated = '' then pg_get_expr(e.adbin, e.adrelid) end,
           'generated', case a.attgenerated when 's' then 'stored ' when 'v' then 'virtual ' end
                        || pg_get_expr(e.adbin, e.adrelid),
           'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
           'inherited', case when a.attinhcount > 0 and not c.relispartition
                             then case when a.attislocal then 'and declared' else 'only' end end,
           'storage', case when c.relkind <> 'v' and a.attstorage <> t.typstorage
                           then case a.attstorage when 'p' then 'plain' when 'e' then 'external'
                                     when 'm' then 'main' else 'extended' end end,
           'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
           'statistics', nullif(a.attstattarget, -1),
           'options', $sorted(a.attoptions),
           'foreign options', $sorted(a.attfdwoptions),
           'privileges', $privileges(a.attacl, c, c.relowner),
           'comment', d.description,
           'security labels', $labels(pg_class, c.oid, a.attnum)),
       least(age(a.xmin), age(e.xmin), age(d.xmin))
  from pg_attribute as a
  join pg_class as c on c.oid = a.attrelid
  join spaces as n on n.oid = c.relnamespace
  join pg_type as t on t.oid = a.atttypid
  left join pg_attrdef as e on (e.adrelid, e.adnum) = (a.attrelid, a.attnum)
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_class'::regclass, c.oid, a.attnum)
 where a.attnum > 0
   and not a.attisdropped
   and c.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
   and c.relpersistence <> 't'
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
VIEWS = """
select case c.relkind when 'v' then 'view' else 'materialized view' end,
       format('%I.%I', n.nspname, c.relname), jsonb_build_object(
           'definition', pg_get_viewdef(c.oid),
           'owner', quote_ident(pg_get_userbyid(c.relowner)),
           'options', $sorted(c.reloptions),
           'access method', (select amname from pg_am as m
                              where m.oid = c.relam and amname <> 'heap'),
           'tablespace', (select spcname from pg_tablespace as t where t.oid = c.reltablespace),
           'privileges', $privileges(c.relacl, r, c.relowner),
           'comment', d.description,
           'security labels', $labels(pg_class, c.oid, 0)),
       least(age(c.xmin), age(r.xmin), age(d.xmin))
  from pg_class as c
  join spaces as n on n.oid = c.relnamespace
  join pg_rewrite as r on r.ev_class = c.oid and r.rulename = '_RETURN'
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_class'::regclass, c.oid, 0)
 where c.relkind in ('v', 'm')
   and c.relpersistence <> 't'
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
SEQUENCES = """
select 'sequence', format('%I.%I', n.nspname, c.relname), jsonb_build_object(
           'of', o.name,
           'is of an identity', nullif(o.deptype = 'i', false),
           'type', q.seqtypid::regtype, 'start', q.seqstart, 'increment', q.seqincrement,
           'minimum', q.seqmin, 'maximum', q.seqmax, 'cache', q.seqcache,
           'cycle', nullif(q.seqcycle, false),
           'persistence', case c.relpersistence when 'u' then 'unlogged' end,
           'owner', quote_ident(pg_get_userbyid(c.relowner)),
           'privileges', $privileges(c.relacl, s, c.relowner),
           'comment', d.description,
           'security labels', $labels(pg_class, c.oid, 0)),
       least(age(c.xmin), age(q.xmin), age(d.xmin), o.age)
  from pg_sequence as q
  join pg_class as c on c.oid = q.seqrelid
  join spaces as n on n.oid = c.relnamespace
  left join lateral (
           select p.deptype, format('%s.%I', p.refobjid::regclass, a.attname), age(p.xmin)
             from pg_depend as p
             join pg_attribute as a on (a.attrelid, a.attnum) = (p.refobjid, p.refobjsubid)
            where (p.classid, p.objid, p.objsubid) = ('pg_class'::regclass, c.oid, 0)
              and p.refclassid = 'pg_class'::regclass
              and p.deptype in ('a', 'i')
       ) as o (deptype, name, age) on true
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_class'::regclass, c.oid, 0)
 where c.relpersistence <> 't'
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
INDEXES = """
select 'index', format('%I.%I', n.nspname, i.relname), jsonb_build_object(
           'of', coalesce((select h.inhparent::regclass::text from pg_inherits as h
                            where h.inhrelid = i.oid),
                          c.oid::regclass || '.' || quote_ident(k.conname),
                          c.oid::regclass::text),
           'table', c.oid::regclass,
           'definition', pg_get_indexdef(i.oid),
           'is invalid', nullif(not x.indisvalid, false),
           'is the order of CLUSTER', nullif(x.indisclustered, false),
           'tablespace', (select spcname from pg_tablespace as t where t.oid = i.reltablespace),
           'statistics', (select jsonb_object_agg(a.attnum, a.attstattarget)
                            from pg_attribute as a
                           where a.attrelid = i.oid and a.attstattarget >= 0),
           'comment', d.description),
       least(age(i.xmin), age(x.xmin), age(d.xmin))
  from pg_index as x
  join pg_class as i on i.oid = x.indexrelid
  join pg_class as c on c.oid = x.indrelid
  join spaces as n on n.oid = i.relnamespace
  left join pg_constraint as k on k.conindid = i.oid and k.contype in ('p', 'u', 'x')
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_class'::regclass, i.oid, 0)
 where i.relpersistence <> 't'
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
_SOME = "exists (select from pg_class where $own(relnamespace) and relkind = any ('{{{0}}}'))"
QUERIES = (
    (SCHEMAS, "true"),
    (TABLES, _SOME.format("r,p,f")),
    (COLUMNS, _SOME.format("r,p,f,v,m,c")),
    (VIEWS, _SOME.format("v,m")),
    (SEQUENCES, _SOME.format("S")),
    (INDEXES, _SOME.format("i,I")),
)
"""Each with the condition without which it has no rows."""
