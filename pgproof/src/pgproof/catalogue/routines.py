"""Queries of the catalogue: functions, aggregates, operators, casts and languages."""

FUNCTIONS = """
select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
       p.oid::regprocedure, jsonb_build_object(
           'definition', case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end,
           'returns', case p.prokind when 'a' then p.prorettype::regtype end,
           'parallel', case p.prokind when 'a' then p.proparallel end,
           'aggregate', case p.prokind when 'a' then
               (select to_jsonb(g) - '{aggfnoid,aggtranstype,aggmtranstype,aggsortop}'::text[]
                       || jsonb_build_object(
                              'state', g.aggtranstype::regtype,
                              'moving state', nullif(g.aggmtranstype, 0)::regtype,
                              'order', nullif(g.aggsortop, 0)::regoperator)
                  from pg_aggregate as g where g.aggfnoid = p.oid) end,
           'owner', quote_ident(pg_get_userbyid(p.proowner)),
           'privileges', $privileges(p.proacl, f, p.proowner),
           'comment', d.description,
           'security labels', $labels(pg_proc, p.oid, 0)),
       least(age(p.xmin), age(d.xmin))
  from pg_proc as p
  join spaces as n on n.oid = p.pronamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_proc'::regclass, p.oid, 0)
 where p.oid not in (select objid from members where classid = 'pg_proc'::regclass)
"""
OPERATORS = """
select 'operator', o.oid::regoperator, jsonb_build_object(
           'function', o.oprcode,
           'commutator', nullif(o.oprcom, 0)::regoperator,
           'negator', nullif(o.oprnegate, 0)::regoperator,
           'restrict', nullif(o.oprrest, 0), 'join', nullif(o.oprjoin, 0),
           'hashes', nullif(o.oprcanhash, false), 'merges', nullif(o.oprcanmerge, false),
           'owner', quote_ident(pg_get_userbyid(o.oprowner)),
           'comment', d.description),
       least(age(o.xmin), age(d.xmin))
  from pg_operator as o
  join spaces as n on n.oid = o.oprnamespace
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_operator'::regclass, o.oid, 0)
 where o.oid not in (select objid from members where classid = 'pg_operator'::regclass)
"""
OPERATOR_CLASSES = """
select 'operator class', format('%I.%I using %I', n.nspname, o.opcname, m.amname),
       jsonb_build_object(
           'type', o.opcintype::regtype,
           'key', nullif(o.opckeytype, 0)::regtype,
           'is the default', nullif(o.opcdefault, false),
           'family', (select format('%I.%I', s.nspname, f.opfname)
                        from pg_opfamily as f join pg_namespace as s on s.oid = f.opfnamespace
                       where f.oid = o.opcfamily),
           'owner', quote_ident(pg_get_userbyid(o.opcowner)),
           'comment', d.description),
       least(age(o.xmin), age(d.xmin))
  from pg_opclass as o
  join spaces as n on n.oid = o.opcnamespace
  join pg_am as m on m.oid = o.opcmethod
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_opclass'::regclass, o.oid, 0)
 where o.oid not in (select objid from members where classid = 'pg_opclass'::regclass)
"""
OPERATOR_FAMILIES = """
select 'operator family', format('%I.%I using %I', n.nspname, f.opfname, m.amname),
       jsonb_build_object(
           'operators', (select jsonb_agg(
                                    format('%s %s%s', a.amopstrategy, a.amopopr::regoperator,
                                           case a.amoppurpose when 'o' then ' for order by' end)
                                    order by a.amoplefttype, a.amoprighttype, a.amopstrategy)
                           from pg_amop as a where a.amopfamily = f.oid),
           'functions', (select jsonb_agg(format('%s %s', a.amprocnum, a.amproc::regprocedure)
                                    order by a.amproclefttype, a.amprocrighttype, a.amprocnum)
                           from pg_amproc as a where a.amprocfamily = f.oid),
           'owner', quote_ident(pg_get_userbyid(f.opfowner)),
           'comment', d.description),
       least(age(f.xmin), age(d.xmin),
             (select min(age(a.xmin)) from pg_amop as a where a.amopfamily = f.oid),
             (select min(age(a.xmin)) from pg_amproc as a where a.amprocfamily = f.oid))
  from pg_opfamily as f
  join spaces as n on n.oid = f.opfnamespace
  join pg_am as m on m.oid = f.opfmethod
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_opfamily'::regclass, f.oid, 0)
 where f.oid not in (select objid from members where classid = 'pg_opfamily'::regclass)
"""
CASTS = """
select 'cast', format('(%s as %s)', c.castsource::regtype, c.casttarget::regtype),
       jsonb_build_object(
           'function', nullif(c.castfunc, 0)::regprocedure,
           'method', case c.castmethod when 'i' then 'inout' when 'b' then 'binary' end,
           'context', case c.castcontext when 'a' then 'assignment' when 'i' then 'implicit' end,
           'comment', d.description),
       least(age(c.xmin), age(d.xmin))
  from pg_cast as c
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_cast'::regclass, c.oid, 0)
 where c.oid >= 16384
   and c.oid not in (select objid from members where classid = 'pg_cast'::regclass)
"""
LANGUAGES = """
select 'language', quote_ident(l.lanname), jsonb_build_object(
           'trusted', nullif(l.lanpltrusted, false),
           'handler', nullif(l.lanplcallfoid, 0)::regproc,
           'owner', quote_ident(pg_get_userbyid(l.lanowner)),
           'privileges', $privileges(l.lanacl, l, l.lanowner),
           'comment', d.description),
       least(age(l.xmin), age(d.xmin))
  from pg_language as l
  left join pg_description as d
    on (d.classoid, d.objoid, d.objsubid) = ('pg_language'::regclass, l.oid, 0)
 where l.lanispl
   and (l.oid >= 16384 or l.lanacl is not null)
   and l.oid not in (select objid from members where classid = 'pg_language'::regclass)
"""
QUERIES = (
    (FUNCTIONS, "exists (select from pg_proc where $own(pronamespace))"),
    (OPERATORS, "exists (select from pg_operator where $own(oprnamespace))"),
    (OPERATOR_CLASSES, "exists (select from pg_opclass where $own(opcnamespace))"),
    (OPERATOR_FAMILIES, "exists (select from pg_opfamily where $own(opfnamespace))"),
    (CASTS, "exists (select from pg_cast where oid >= 16384)"),
    (LANGUAGES, "exists (select from pg_language where oid >= 16384 or lanacl is not null)"),
)
"""Each with the condition without which it has no rows."""
