-- The moment at which this transaction changes the versions of a constant or price: its own time,
-- or that of the newest change, if later. Until the transaction ends, no other changes them.
--
--     select catalog.version_moment('price', 'base_est') >= now();
--     -- t
--
create function catalog.version_moment(
    noun   text,
    object text
)
    returns timestamptz
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    -- One change after another: a transaction that waited began before the one it waited for ended.
    perform pg_advisory_xact_lock(
        hashtextextended(format('catalog.%s %s', version_moment.noun, version_moment.object), 0)
    );
    return greatest(
        now(),
        (select max(past.ended_at)
           from catalog.past_versions as past
          where past.noun   = version_moment.noun
            and past.object = version_moment.object),
        (select max(constant.published_at)
           from catalog.calibration_constants as constant
          where version_moment.noun = 'constant'
            and constant.name       = version_moment.object),
        (select max(price.published_at)
           from catalog.pricing_configs as price
          where version_moment.noun = 'price'
            and price.item_code     = version_moment.object)
    );
end
$function$;
revoke execute on function catalog.version_moment(text, text) from public;
comment on function catalog.version_moment(text, text) is
    'The moment at which the transaction changes versions of a constant or price; locks them.';
