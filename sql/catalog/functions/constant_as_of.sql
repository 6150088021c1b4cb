-- The version of a constant that holds on a date, as it was published at a moment: what was
-- withdrawn or corrected later is there as it was. Without a date, all versions.
--
--     select version, value from catalog.constant_as_of('K_FACTOR', '2025-06-01', now());
--     -- footing_v1 | 0.15
--
create function catalog.constant_as_of(
    name        text,
    on_date     date,
    believed_at timestamptz
)
    returns setof catalog.calibration_constants
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select (stated.version).*
      from (
            select constant as version
              from catalog.calibration_constants as constant
             where constant.name = constant_as_of.name
               and coalesce(
                       (select max(past.ended_at)
                          from catalog.past_versions as past
                         where past.noun    = 'constant'
                           and past.object  = constant.name
                           and past.version = constant.version),
                       constant.published_at,
                       '-infinity'
                   ) <= constant_as_of.believed_at
            union all
            select jsonb_populate_record(null::catalog.calibration_constants, past.was)
              from catalog.past_versions as past
             where past.noun   = 'constant'
               and past.object = constant_as_of.name
               and tstzrange(past.began_at, past.ended_at) @> constant_as_of.believed_at
           ) as stated
     where constant_as_of.on_date is null
        or daterange((stated.version).effective_from, (stated.version).effective_to)
           @> constant_as_of.on_date
     order by (stated.version).effective_from;
end;
revoke execute on function catalog.constant_as_of(text, date, timestamptz) from public;
comment on function catalog.constant_as_of(text, date, timestamptz) is
    'The version of a constant that holds on a date, as it was published at a moment.';
