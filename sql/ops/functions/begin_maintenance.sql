-- Let this transaction change derived columns of projects without changing what users see of them.
--
-- Until it ends, an update by the owner keeps etag, updated_at and updated_by, and records no event.
-- It may change only columns that eagle_application has no privilege to update: what users write is
-- changed with an event and a new etag. One entry in ops.evidence records who did so, and why.
--
--     select ops.begin_maintenance('compute the priority of projects');
--
-- No role but the owner can call it, and the setting permits nothing to another role, nor without
-- the entry of the same transaction.
--
create function ops.begin_maintenance(reason text)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if length(btrim(begin_maintenance.reason)) between 1 and 1000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'maintenance has a reason of 1 to 1000 characters',
            hint    = 'Say what is computed anew, and why.';
    end if;
    if exists (select from pg_extension where extname = 'citus') then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'maintenance is not available on a distributed database',
            hint    = 'The evidence is on the coordinator, and triggers run on the workers.';
    end if;
    perform ops.record_evidence(
        'maintenance',
        'app.projects',
        jsonb_build_object(
            'reason', btrim(begin_maintenance.reason), 'transaction', pg_current_xact_id()::text
        )
    );
    execute format(
        'set local app.maintenance = %L', (select max(e.position) from ops.evidence as e)::text
    );
end
$function$;
comment on function ops.begin_maintenance(text) is
    'Lets the owner change derived columns of projects in this transaction without events or new '
    'etags, and records that.';
