"""Queries of the catalogue: what is attached to tables, and types of our own."""

CONSTRAINTS = """
select 'constraint', format('%s.%I', coalesce(nullif(k.conrelid, 0)::regclass::text,
                                              k.contypid::regtype::text), k.conname),
       jsonb_build_object(
           'of', coalesce((select format('%s.%I', p.conrelid::regclass, p.conname)
                             from pg_constraint as p where p.oid = nullif(k.conparentid, 0)),
                          nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text),
           'table', nullif(k.conrelid, 0)::regclass,
           'definition', pg_get_constraintdef(k.oid),
           'on', case when k.contypid <> 0 then 'domain' end,
           'inherited', case when k.coninhcount > 0
                             then case when k.conislocal then 'and declared' else 'only' end end,
           'comment', d.description),
       least(age(k.xmin), age(d.xmin))
  from pg_constraint as k
  join spaces as n on n.oid = k.connamespace
  left join pg_class as c on c.oid = k.conrelid
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_constraint'::regclass, k.oid, 0)
 where k.contype in ('c', 'f', 'p', 'u', 'x')
   and c.relpersistence is distinct from 't'
   and k.conrelid not in (select objid from members where classid = 'pg_class'::regclass)
   and k.contypid not in (select objid from members where classid = 'pg_type'::regclass)
"""
TRIGGERS = """
select 'trigger', format('%s.%I', t.tgrelid::regclass, t.tgname), jsonb_build_object(
           'of', coalesce((select format('%s.%I', p.tgrelid::regclass, p.tgname)
                             from pg_trigger as p where p.oid = nullif(t.tgparentid, 0)),
                          t.tgrelid::regclass::text),
           'table', t.tgrelid::regclass,
           'definition', pg_get_triggerdef(t.oid),
           'enabled', case t.tgenabled when 'D' then 'no' when 'R' then 'on a replica'
                                       when 'A' then 'always' end,
           'comment', d.description),
       least(age(t.xmin), age(d.xmin))
  from pg_trigger as t
  join pg_class as c on c.oid = t.tgrelid
  join spaces as n on n.oid = c.relnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_trigger'::regclass, t.oid, 0)
 where not t.tgisinternal
   and c.relpersistence <> 't'
   and t.oid not in (select objid from members where classid = 'pg_trigger'::regclass)
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
RULES = """
select 'rule', format('%s.%I', r.ev_class::regclass, r.rulename), jsonb_build_object(
           'of', r.ev_class::regclass,
           'definition', pg_get_ruledef(r.oid),
           'enabled', case r.ev_enabled when 'D' then 'no' when 'R' then 'on a replica'
                                        when 'A' then 'always' end,
           'comment', d.description),
       least(age(r.xmin), age(d.xmin))
  from pg_rewrite as r
  join pg_class as c on c.oid = r.ev_class
  join spaces as n on n.oid = c.relnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_rewrite'::regclass, r.oid, 0)
 where r.rulename <> '_RETURN'
   and c.relpersistence <> 't'
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
POLICIES = """
select 'policy', format('%s.%I', p.polrelid::regclass, p.polname), jsonb_build_object(
           'of', p.polrelid::regclass,
           'as', case when p.polpermissive then 'permissive' else 'restrictive' end,
           'for', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                                when 'd' then 'delete' else 'all' end,
           'to', (select string_agg(word, ', ' order by word collate "C")
                    from (select case r when 0 then 'public'
                                        else quote_ident(pg_get_userbyid(r)) end as word
                            from unnest(p.polroles) as r) as roles),
           'using', pg_get_expr(p.polqual, p.polrelid),
           'with check', pg_get_expr(p.polwithcheck, p.polrelid),
           'comment', d.description),
       least(age(p.xmin), age(d.xmin))
  from pg_policy as p
  join pg_class as c on c.oid = p.polrelid
  join spaces as n on n.oid = c.relnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_policy'::regclass, p.oid, 0)
 where c.relpersistence <> 't'
   and c.oid not in (select objid from members where classid = 'pg_class'::regclass)
"""
STATISTICS = """
select 'statistics', format('%I.%I', n.nspname, s.stxname), jsonb_build_object(
           'of', s.stxrelid::regclass,
           'definition', pg_get_statisticsobjdef(s.oid),
           'target', nullif(s.stxstattarget, -1),
           'owner', quote_ident(pg_get_userbyid(s.stxowner)),
           'comment', d.description),
       least(age(s.xmin), age(d.xmin))
  from pg_statistic_ext as s
  join spaces as n on n.oid = s.stxnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_statistic_ext'::regclass, s.oid, 0)
 where s.oid not in (select objid from members where classid = 'pg_statistic_ext'::regclass)
"""
TYPES = """
select case t.typtype when 'd' then 'domain' else 'type' end,
       format('%I.%I', n.nspname, t.typname), jsonb_build_object(
           'is', case t.typtype when 'e' then 'enum' when 'c' then 'composite' when 'r' then 'range'
                                when 'b' then 'base' when 'p' then 'shell' end,
           'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder)
                        from pg_enum as e where e.enumtypid = t.oid),
           'attributes', (select jsonb_agg(a.attname order by a.attnum) from pg_attribute as a
                           where a.attrelid = t.typrelid and not a.attisdropped),
           'type', case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod) end,
           'collation', (select t.typcollation::regcollation from pg_type as b
                          where b.oid = t.typbasetype and b.typcollation <> t.typcollation),
           'not null', nullif(t.typnotnull, false),
           'default', t.typdefault,
           'subtype', r.rngsubtype::regtype,
           'subtype operator class', (select o.opcname from pg_opclass as o
                                       where o.oid = r.rngsubopc and not o.opcdefault),
           'subtype collation', (select r.rngcollation::regcollation from pg_type as b
                                  where b.oid = r.rngsubtype and b.typcollation <> r.rngcollation),
           'canonical', nullif(r.rngcanonical, 0)::regproc,
           'subtype difference', nullif(r.rngsubdiff, 0)::regproc,
           'multirange', r.rngmultitypid::regtype,
           'input', case t.typtype when 'b' then t.typinput::regproc end,
           'output', case t.typtype when 'b' then t.typoutput::regproc end,
           'owner', quote_ident(pg_get_userbyid(t.typowner)),
           'privileges', $privileges(t.typacl, T, t.typowner),
           'comment', d.description,
           'security labels', $labels(pg_type, t.oid, 0)),
       least(age(t.xmin), age(d.xmin),
             (select min(age(e.xmin)) from pg_enum as e where e.enumtypid = t.oid))
  from pg_type as t
  join spaces as n on n.oid = t.typnamespace
  left join pg_class as c on c.oid = t.typrelid
  left join pg_range as r on r.rngtypid = t.oid
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_type'::regclass, t.oid, 0)
 where t.typtype in ('b', 'c', 'd', 'e', 'p', 'r')
   and coalesce(c.relkind, 'c') = 'c'
   and t.typsubscript <> 'array_subscript_handler'::regproc
   and t.oid not in (select objid from members where classid = 'pg_type'::regclass)
"""
_TYPES_THERE = """
exists (select from pg_type
         where $own(typnamespace) and typtype <> 'c'
           and typsubscript <> 'array_subscript_handler'::regproc)
or exists (select from pg_class where $own(relnamespace) and relkind = 'c')
"""
QUERIES = (
    (CONSTRAINTS, "exists (select from pg_constraint where $own(connamespace))"),
    (TRIGGERS, "exists (select from pg_trigger where not tgisinternal)"),
    (RULES, "exists (select from pg_rewrite where oid >= 16384 and rulename <> '_RETURN')"),
    (POLICIES, "exists (select from pg_policy)"),
    (STATISTICS, "exists (select from pg_statistic_ext)"),
    (TYPES, _TYPES_THERE),
)
"""Each with the condition without which it has no rows."""
