-- Rows that violate constraints, which only a superuser or a damaged disk can cause: every declared
-- check, foreign key and unique index is checked for every row.
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
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set enable_indexscan = off
    set enable_indexonlyscan = off
    set enable_bitmapscan = off
as $function$
declare
    asked record;
begin
    -- One scan a table, however many checks it has. A row is named by its key.
    for asked in
        select
            c.oid::regclass as relation,
            string_agg(
                format('(%L, (%s))', k.conname, pg_get_expr(k.conbin, k.conrelid)), ', '
                order by k.conname
            ) as checks,
            coalesce(
                (select format('concat_ws('', '', %s)', string_agg(format('t.%I', a.attname), ', '
                               order by array_position(i.indkey::smallint[], a.attnum)))
                   from pg_index as i
                   join pg_attribute as a
                     on a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
                  where i.indrelid = c.oid and i.indisprimary),
                't.ctid::text'
            ) as key
          from pg_constraint as k
          join pg_class as c on c.oid = k.conrelid
         where k.contype = 'c'
           and k.coninhcount = 0
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
         group by c.oid
         order by c.oid
    loop
        return query execute format(
            'select ''checks'', %L || '' '' || v.name, count(*), ''such as '' || min(%s)'
            '  from %s as t cross join lateral (values %s) as v (name, holds)'
            ' where not v.holds group by v.name',
            asked.relation, asked.key, asked.relation, asked.checks
        );
    end loop;

    for asked in
        select
            k.conname,
            k.conrelid::regclass as relation,
            k.confrelid::regclass as referenced,
            string_agg(format('p.%I = t.%I', theirs.attname, ours.attname), ' and ') as same,
            string_agg(format('t.%I is not null', ours.attname), ' and ') as is_given,
            string_agg(format('t.%I', ours.attname), ', ' order by pair.position) as key
          from pg_constraint as k
         cross join lateral unnest(k.conkey, k.confkey) with ordinality
               as pair (ours, theirs, position)
          join pg_attribute as ours on ours.attrelid = k.conrelid and ours.attnum = pair.ours
          join pg_attribute as theirs on theirs.attrelid = k.confrelid and theirs.attnum = pair.theirs
         where k.contype = 'f'
           and k.conparentid = 0
           and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
         group by k.oid
         order by k.oid
    loop
        return query execute format(
            'select ''orphans'', %L || '' '' || %L, count(*), ''such as '' || min(concat_ws('', '', %s))'
            '  from %s as t where %s and not exists (select from %s as p where %s)'
            ' having count(*) > 0',
            asked.relation, asked.conname, asked.key, asked.relation, asked.is_given,
            asked.referenced, asked.same
        );
    end loop;

    if not find_row_faults.is_thorough then
        return;
    end if;

    -- Sorted from the table, since an index that is broken would hide what it should show.
    for asked in
        select
            i.indrelid::regclass as relation,
            c.relname as index,
            string_agg(format('t.%I', a.attname), ', ' order by k.position) as key,
            string_agg(format('t.%I is not null', a.attname), ' and ') as is_given
          from pg_index as i
          join pg_class as c on c.oid = i.indexrelid
          join pg_class as r on r.oid = i.indrelid and not r.relispartition and r.relkind <> 'm'
         cross join lateral unnest(i.indkey::smallint[]) with ordinality as k (number, position)
          join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.number
         where i.indisunique
           and i.indpred is null
           and i.indexprs is null
           and k.position <= i.indnkeyatts
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
         group by i.indrelid, i.indexrelid, c.relname
         order by i.indexrelid
    loop
        return query execute format(
            'select ''duplicates'', %L || '' '' || %L, count(*), ''such as '' || min(d.key)'
            '  from (select concat_ws('', '', %s) as key from %s as t where %s'
            '         group by %s having count(*) > 1) as d'
            ' having count(*) > 0',
            asked.relation, asked.index, asked.key, asked.relation, asked.is_given, asked.key
        );
    end loop;

    return query
    select 'payload-hashes', 'app.project_payloads', count(*),
           'such as ' || min(concat_ws(', ', p.account_id, p.payload_id))
      from app.project_payloads as p
     where p.sha256 is distinct from app.snapshot_sha256(p.config, p.files, p.cost_snapshot)
    having count(*) > 0;
end
$function$;
comment on function ops.find_row_faults(boolean) is
    'Rows that break a declared check, foreign key or unique index, or the hash of a payload.';
