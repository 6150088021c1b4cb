-- Withdraw a version of a constant that is not in effect yet, with the reason; it stays in
-- catalog.past_versions, and its name is not given again. Returns reopened if the version that it
-- had superseded has no end again, or that of the next one, and else withdrawn.
--
--     select catalog.withdraw_constant('K_FACTOR', 'footing_v2', 'a typo');
--     -- ERROR ES107: constant K_FACTOR footing_v2 is not published
--
create function catalog.withdraw_constant(
    name      text,
    version   text,
    reason    text
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return catalog.withdraw_version(
        'constant', 'catalog.calibration_constants', 'name',
        withdraw_constant.name, withdraw_constant.version, withdraw_constant.reason
    );
end
$function$;
revoke execute on function catalog.withdraw_constant(text, text, text) from public;
comment on function catalog.withdraw_constant(text, text, text) is
    'Withdraws a version of a constant that is not in effect yet, and records it with the reason.';
