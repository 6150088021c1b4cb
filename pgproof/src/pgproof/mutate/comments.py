"""Mutants of comments."""

COMMENTS = (
    """
select 'comment', kind || ' ' || name, 'dropped', format('comment on %s %s is null', kind, name),
       oid, array[bare]
  from (
      select case t.kind when 'v' then 'view' when 'm' then 'materialized view'
                         when 'S' then 'sequence' when 'f' then 'foreign table'
                         else 'table' end as kind,
             t.name, t.oid, t.name as bare
        from $tables as t
       where obj_description(t.oid, 'pg_class') is not null
      union all
      select 'column', t.name || '.' || quote_ident(a.attname), t.oid, t.name
        from $tables as t join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0
       where col_description(t.oid, a.attnum) is not null
      union all
      select 'routine', r.name, r.oid, r.bare
        from $routines as r where obj_description(r.oid, 'pg_proc') is not null
      union all
      select 'type', t.name, t.oid, t.name
        from $types as t where obj_description(t.oid, 'pg_type') is not null
      union all
      select 'schema', s.name, s.oid, s.name
        from $schemas as s where obj_description(s.oid, 'pg_namespace') <> 'standard public schema'
      union all
      select 'policy', format('%I on %s', p.polname, t.name), t.oid, t.name
        from $tables as t join pg_policy as p on p.polrelid = t.oid
       where obj_description(p.oid, 'pg_policy') is not null
      union all
      select 'constraint', format('%I on %s', k.conname, t.name), t.oid, t.name
        from $tables as t join pg_constraint as k on k.conrelid = t.oid
       where obj_description(k.oid, 'pg_constraint') is not null
      union all
      select 'trigger', format('%I on %s', g.tgname, t.name), t.oid, t.name
        from $tables as t join pg_trigger as g on g.tgrelid = t.oid
       where obj_description(g.oid, 'pg_trigger') is not null
      union all
      select 'index', i.indexrelid::regclass::text, t.oid, t.name
        from $tables as t join pg_index as i on i.indrelid = t.oid
       where obj_description(i.indexrelid, 'pg_class') is not null
  ) as one
""",
)
