-- Correct a published version of a price, with the reason; what it was stays in
-- catalog.past_versions. `changes` holds the columns to correct; a null for effective_to opens the
-- version again. Returns corrected or unchanged.
--
--     select catalog.correct_price('expedited', 'v1', '{"price_usd": 110.00}', 'misread');
--     -- corrected
--
create function catalog.correct_price(
    item_code text,
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
    if (correct_price.changes ->> 'price_usd')::numeric
       <> round((correct_price.changes ->> 'price_usd')::numeric, 2)
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format(
                'price %s is not in whole cents', correct_price.changes ->> 'price_usd'
            ),
            hint    = 'Give at most two decimals.';
    end if;
    return catalog.correct_version(
        'price', 'catalog.pricing_configs', 'item_code',
        correct_price.item_code, correct_price.version, correct_price.changes, correct_price.reason,
        array['price_usd', 'description', 'category', 'effective_from', 'effective_to']
    );
end
$function$;
revoke execute on function catalog.correct_price(text, text, jsonb, text) from public;
comment on function catalog.correct_price(text, text, jsonb, text) is
    'Corrects a published version of a price, and records what it was with the reason.';
