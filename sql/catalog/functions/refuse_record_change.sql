-- Refuse changes of the record of past versions.
create function catalog.refuse_record_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'ES111',
        message = format('past versions are immutable: %s is refused', lower(tg_op)),
        hint    = 'Only functions that publish, correct and withdraw versions add to them.',
        schema  = 'catalog',
        table   = 'past_versions';
end
$function$;
revoke execute on function catalog.refuse_record_change() from public;
comment on function catalog.refuse_record_change() is
    'Trigger: refuses update, delete and truncate of past versions (ES111).';
