-- Declare the placement of a table in a distributed database; a single server only records it.
--
--     select ops.place('app.projects', 'tenant');
--
create function ops.place(
    relation  text,
    placement text
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if to_regclass(place.relation) is null then
        raise exception using
            errcode = 'undefined_table',
            message = format('there is no table %s to place', place.relation),
            hint    = 'Give the schema-qualified name of an existing table.';
    end if;

    insert into ops.table_placements as placed (relation, placement)
    values (place.relation, place.placement)
        on conflict on constraint table_placements_pkey
        do update set placement = excluded.placement;

    if not exists (select from pg_extension where extname = 'citus') then
        return;
    end if;
    if place.placement = 'tenant' then
        execute format('select create_distributed_table(%L, %L)', place.relation, 'account_id');
    elsif place.placement = 'reference' then
        execute format('select create_reference_table(%L)', place.relation);
    end if;
end
$function$;
comment on function ops.place(text, text) is
    'Marks a table tenant, reference or local, and distributes it where Citus is installed.';
