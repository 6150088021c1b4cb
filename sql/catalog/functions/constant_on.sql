-- The version of a constant that is valid on a date; no row if none is.
--
--     select version, value, unit from catalog.constant_on('K_FACTOR', '2025-06-01');
--     -- footing_v1 | 0.15 | unitless
--
create function catalog.constant_on(
    name    text,
    on_date date default current_date
)
    returns setof catalog.calibration_constants
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select constant
      from catalog.calibration_constants as constant
     where constant.name = constant_on.name
       and daterange(constant.effective_from, constant.effective_to) @> constant_on.on_date;
end;
revoke execute on function catalog.constant_on(text, date) from public;
comment on function catalog.constant_on(text, date) is
    'The version of a constant that holds on a date; no row when none does.';
