-- Withdraw a version of a price that is not in effect yet, with the reason; it stays in
-- catalog.past_versions, and its name is not given again. Returns reopened if the version that it
-- had superseded has no end again, or that of the next one, and else withdrawn.
--
--     select catalog.withdraw_price('expedited', 'v2', 'a typo');
--     -- ERROR ES107: price expedited v2 is not published
--
create function catalog.withdraw_price(
    item_code text,
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
        'price', 'catalog.pricing_configs', 'item_code',
        withdraw_price.item_code, withdraw_price.version, withdraw_price.reason
    );
end
$function$;
revoke execute on function catalog.withdraw_price(text, text, text) from public;
comment on function catalog.withdraw_price(text, text, text) is
    'Withdraws a version of a price that is not in effect yet, and records it with the reason.';
