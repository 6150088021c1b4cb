-- Rows that cannot be: that break a check, hold a null, an unknown label of an ENUM or a wrong
-- generated value, or lie in the wrong partition. Only a superuser or a damaged disk makes them.
--
-- Every rule of a table is evaluated for every row, without an index. A table that cannot be read is
-- a finding of its own, and the others are read all the same. The thorough form also reads every
-- column of every row, and computes generated columns again.
--
--     select * from ops.find_row_faults();
--     -- (no rows)
--
create function ops.find_row_faults(is_thorough boolean default true)
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set jit = off
    set enable_indexscan = on
    set enable_indexonlyscan = on
    set enable_bitmapscan = on
    set constraint_exclusion = off
as $function$
declare
    asked record;
begin
    for asked in
        select
            c.oid::regclass::text as relation,
            coalesce(
                (select 'concat_ws('', '', ' || string_agg(format('t.%I', a.attname), ', '
                               order by array_position(i.indkey::smallint[], a.attnum)) || ')'
                   from pg_index as i
                   join pg_attribute as a
                     on a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
                   join pg_type as t on t.oid = a.atttypid and t.typtype <> 'e'
                  where i.indrelid = c.oid and i.indisprimary),
                't.row_place::text'
            ) as key,
            rules.named,
            rules.joined
          from pg_class as c
         cross join lateral (
               select
                   string_agg(format('(%L, %L, %s)', rule.kind, rule.name, rule.holds), ', ' order by rule.number)
                       filter (where rule.kind <> 'readable') as named,
                   string_agg(rule.holds, ' and ' order by rule.number) as joined
                 from (
                          select 1, 'checks', k.conname, format('(%s)', pg_get_expr(k.conbin, k.conrelid))
                            from pg_constraint as k
                           where k.conrelid = c.oid
                             and k.contype = 'c'
                          union all
                          -- The planner may take it for granted that a column IS NOT NULL.
                          select 2, 'nulls', a.attname, format('num_nulls(t.%I) = 0', a.attname)
                            from pg_attribute as a
                           where a.attrelid = c.oid
                             and a.attnum > 0
                             and a.attnotnull
                             and not a.attisdropped
                          union all
                          select
                              3, 'labels', a.attname,
                              format(
                                  '(num_nulls(t.%1$I) = 1 or hashenum(t.%1$I) = any (%2$L::integer[]))',
                                  a.attname,
                                  -- The hash of a label is that of its number, which is not read.
                                  array(
                                      select hashoid(l.oid)
                                        from pg_enum as l
                                       where l.enumtypid = a.atttypid
                                  )
                              )
                            from pg_attribute as a
                            join pg_type as t on t.oid = a.atttypid and t.typtype = 'e'
                           where a.attrelid = c.oid
                             and a.attnum > 0
                             and not a.attisdropped
                          union all
                          select 4, 'bounds', 'of the partition', format('(%s)', pg_get_partition_constraintdef(c.oid))
                           where c.relispartition
                          union all
                          select
                              5, 'generated', a.attname,
                              format('t.%I is not distinct from (%s)', a.attname, pg_get_expr(d.adbin, d.adrelid))
                            from pg_attribute as a
                            join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
                           where a.attrelid = c.oid
                             and a.attgenerated = 's'
                             and find_row_faults.is_thorough
                          union all
                          select 6, 'readable', 'whole', 't::text is not null'
                           where find_row_faults.is_thorough
                      ) as rule (number, kind, name, holds)
              ) as rules
         where c.relkind in ('r', 'm')
           and c.relispopulated
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
           and rules.named is not null
         order by c.oid
    loop
        -- The catalogue was read by its indexes. The function's settings end with it.
        perform set_config('enable_indexscan', 'off', true);
        perform set_config('enable_indexonlyscan', 'off', true);
        perform set_config('enable_bitmapscan', 'off', true);
        begin
            return query execute format(
                'select v.kind, %L || '' '' || v.name, count(*), ''such as '' || min(%s)'
                '  from (select t.ctid as row_place, t.* from %s as t where (%s) is false) as t'
                ' cross join lateral (values %s) as v (kind, name, holds)'
                ' where not v.holds group by v.kind, v.name',
                asked.relation, asked.key, asked.relation, asked.joined, asked.named
            );
        exception
            when others then
                if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                    raise;
                end if;
                -- It may have been dropped since.
                return query
                select case when sqlstate ~ '^(XX|58)' then 'unreadable' else 'failed' end, asked.relation, 1::bigint, format('%s (SQLSTATE %s)', sqlerrm, sqlstate)
                 where to_regclass(asked.relation) is not null;
        end;
    end loop;

    if not find_row_faults.is_thorough then
        return;
    end if;
    return query
    select 'payload-hashes', 'app.project_payloads', count(*),
           'such as ' || min(concat_ws(', ', p.account_id, p.payload_id))
      from app.project_payloads as p
     where p.sha256 is distinct from app.snapshot_sha256(p.config, p.files, p.cost_snapshot)
    having count(*) > 0;
end
$function$;
comment on function ops.find_row_faults(boolean) is
    'Rows that break a rule of their own table: a check, NOT NULL, an ENUM, a generated value, a '
    'partition''s bounds.';
