-- Add each state of a retirement to the evidence, with the hash of the retired part of each chain.
create function ops.record_retirement()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set timezone = 'UTC'
as $function$
begin
    perform ops.record_evidence(
        'retirement',
        new.partition,
        to_jsonb(new) || jsonb_build_object(
            'stretches_sha256', encode(ops.stretches_sha256(new.partition), 'hex')
        )
    );
    return null;
end
$function$;
comment on function ops.record_retirement() is
    'Trigger: adds a changed record of a retirement to ops.evidence.';
