-- Spell the numbers of a new payload as short as they can be: 25, 25.0 and 25.00 are one snapshot.
create function app.normalize_payload()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    new.config        := app.normal_numbers(new.config);
    new.files         := app.normal_numbers(new.files);
    new.cost_snapshot := app.normal_numbers(new.cost_snapshot);
    return new;
end
$function$;
comment on function app.normalize_payload() is
    'Trigger: spells the numbers of a new payload as short as they can be, '
    'so that equal designs have one hash.';
