-- Set the time of a payload that becomes the newest again to now, whatever time the update names.
create function app.renew_payload()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if row_security_active('app.project_payloads'::regclass) then
        new.created_at := clock_timestamp();
    end if;
    return new;
end
$function$;
comment on function app.renew_payload() is
    'Trigger: a tenant''s update of created_at sets the present time, '
    'so that no payload is dated otherwise.';
