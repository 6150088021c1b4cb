-- Refuse changes of the evidence.
create function ops.refuse_evidence_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'ES212',
        message = format('evidence is immutable: %s is refused', lower(tg_op)),
        hint    = 'Only retirements, erasures and maintenance add to it.',
        schema  = 'ops',
        table   = 'evidence';
end
$function$;
comment on function ops.refuse_evidence_change() is
    'Trigger: refuses update, delete and truncate of evidence (ES212).';
