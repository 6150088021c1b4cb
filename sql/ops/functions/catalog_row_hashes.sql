-- The hash of every row of the catalogs, and whether this transaction wrote the row.
--
--     select count(*) > 0 from ops.catalog_row_hashes() where relation = 'catalog.pricing_configs';
--     -- t
--
create function ops.catalog_row_hashes(written_now boolean default false)
    returns table (
        relation text,
        key      text,
        sha256   bytea
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $function$
declare
    one record;
begin
    for one in
        select
            c.oid::regclass as name,
            string_agg(format('t.%I', a.attname), ', '
                       order by array_position(i.indkey::smallint[], a.attnum)) as key
          from pg_class as c
          join pg_index as i on i.indrelid = c.oid and i.indisprimary
          join pg_attribute as a on a.attrelid = c.oid and a.attnum = any (i.indkey::smallint[])
         where c.relnamespace = 'catalog'::regnamespace
           and c.relkind = 'r'
         group by c.oid
         order by c.oid
    loop
        -- Rows of subtransactions are younger than the transaction itself.
        return query execute format(
            'select %L, concat_ws('', '', %s), sha256(convert_to(jsonb_strip_nulls(to_jsonb(t))::text, ''UTF8''))'
            '  from %s as t where not $1 or age(t.xmin) <= 0',
            one.name, one.key, one.name
        ) using catalog_row_hashes.written_now;
    end loop;
end
$function$;
comment on function ops.catalog_row_hashes(boolean) is
    'The hash of each row of the catalogs, or of those that this transaction wrote.';
