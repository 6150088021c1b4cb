-- Correct a published version of a constant, with the reason; what it was stays in
-- catalog.past_versions. `changes` holds the columns to correct; a null for effective_to opens the
-- version again. Returns corrected or unchanged.
--
--     select catalog.correct_constant('K_FACTOR', 'footing_v1', '{"value": 0.16}', 'misread');
--     -- corrected
--
create function catalog.correct_constant(
    name      text,
    version   text,
    changes   jsonb,
    reason    text
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return catalog.correct_version(
        'constant', 'catalog.calibration_constants', 'name',
        correct_constant.name, correct_constant.version,
        correct_constant.changes, correct_constant.reason,
        array['value', 'unit', 'description', 'source', 'effective_from', 'effective_to']
    );
end
$function$;
revoke execute on function catalog.correct_constant(text, text, jsonb, text) from public;
comment on function catalog.correct_constant(text, text, jsonb, text) is
    'Corrects a published version of a constant, and records what it was with the reason.';
