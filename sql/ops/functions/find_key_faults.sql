-- Rows that contradict other rows: keys without the row that they name, values that must be unique,
-- periods that overlap, and totals that are not those of the rows.
--
-- Nothing is looked up in an index: one that is broken would hide what it should show.
--
--     select * from ops.find_key_faults();
--     -- (no rows)
--
create function ops.find_key_faults(is_thorough boolean default true)
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
as $function$
declare
    asked record;
begin
    for asked in
        select
            format('%s %I', k.conrelid::regclass, k.conname) as object,
            format(
                'select ''orphans'', %L, count(*), ''such as '' || min(concat_ws('', '', %s))'
                '  from %s as t where num_nulls(%s) = 0'
                '   and not exists (select from %s as p where %s) having count(*) > 0',
                format('%s %I', k.conrelid::regclass, k.conname), columns.key, k.conrelid::regclass,
                columns.key, k.confrelid::regclass, columns.same
            ) as query
          from pg_constraint as k
         cross join lateral (
               select
                   string_agg(format('p.%I = t.%I', theirs.attname, ours.attname), ' and ') as same,
                   string_agg(format('t.%I', ours.attname), ', ' order by pair.position) as key
                 from unnest(k.conkey, k.confkey) with ordinality as pair (ours, theirs, position)
                 join pg_attribute as ours on ours.attrelid = k.conrelid and ours.attnum = pair.ours
                 join pg_attribute as theirs
                   on theirs.attrelid = k.confrelid and theirs.attnum = pair.theirs
              ) as columns
         where k.contype = 'f'
           and k.conparentid = 0
           and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
        union all
        select
            format('%s %I', i.indrelid::regclass, c.relname),
            format(
                'select ''duplicates'', %L, count(*), ''such as '' || min(d.key)'
                '  from (select concat_ws('', '', %s) as key from %s as t where %s and %s'
                '         group by %s having count(*) > 1) as d having count(*) > 0',
                format('%s %I', i.indrelid::regclass, c.relname), columns.key, i.indrelid::regclass,
                coalesce('(' || pg_get_expr(i.indpred, i.indrelid) || ')', 'true'),
                case when i.indnullsnotdistinct then 'true' else format('num_nulls(%s) = 0', columns.key) end,
                columns.key
            )
          from pg_index as i
          join pg_class as c on c.oid = i.indexrelid
          join pg_class as r on r.oid = i.indrelid and not r.relispartition and r.relispopulated
         cross join lateral (
               select string_agg(pg_get_indexdef(i.indexrelid, number, false), ', ' order by number) as key
                 from generate_series(1, i.indnkeyatts) as number
              ) as columns
         where i.indisunique
           and find_key_faults.is_thorough
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
        union all
        select
            format('%s %I', k.conrelid::regclass, k.conname),
            format(
                'with held as materialized (select t.tableoid as part, t.ctid as place, %s from %s as t where %s)'
                ' select ''exclusions'', %L, count(*), ''such as '' || min(concat_ws('', '', %s))'
                '   from held as a join held as b on (a.part, a.place) < (b.part, b.place) and %s'
                ' having count(*) > 0',
                columns.named, k.conrelid::regclass,
                coalesce('(' || pg_get_expr(i.indpred, i.indrelid) || ')', 'true'),
                format('%s %I', k.conrelid::regclass, k.conname), columns.key, columns.excluded
            )
          from pg_constraint as k
          join pg_index as i on i.indexrelid = k.conindid
         cross join lateral (
               select
                   string_agg(format('%s as k%s', pg_get_indexdef(i.indexrelid, e.number::integer, false), e.number),
                              ', ' order by e.number) as named,
                   string_agg(format('a.k%s', e.number), ', ' order by e.number) as key,
                   string_agg(format('a.k%1$s operator(%2$I.%3$s) b.k%1$s', e.number, n.nspname, o.oprname),
                              ' and ' order by e.number) as excluded
                 from unnest(k.conexclop) with ordinality as e (operator, number)
                 join pg_operator as o on o.oid = e.operator
                 join pg_namespace as n on n.oid = o.oprnamespace
              ) as columns
         where k.contype = 'x'
           and k.conparentid = 0
           and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
        union all
        select
            'app.project_totals',
            'select ''totals'', ''app.project_totals'', count(*), ''such as '' || min(concat_ws('', '', v.account_id, v.status))'
            '  from ops.verify_project_totals() as v having count(*) > 0'
         where find_key_faults.is_thorough
    loop
        -- The catalogue was read by its indexes. The function's settings end with it.
        perform set_config('enable_indexscan', 'off', true);
        perform set_config('enable_indexonlyscan', 'off', true);
        perform set_config('enable_bitmapscan', 'off', true);
        begin
            return query execute format('%s', asked.query);
        exception
            when others then
                if sqlstate ~ '^(40|53|57)' or sqlstate = '55P03' then
                    raise;
                end if;
                return query
                select case when sqlstate ~ '^(XX|58)' then 'unreadable' else 'failed' end, asked.object, 1::bigint, format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
        end;
    end loop;
end
$function$;
comment on function ops.find_key_faults(boolean) is
    'Rows that contradict others: foreign keys, unique values, exclusions, and totals.';
