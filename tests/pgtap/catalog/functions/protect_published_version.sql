begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.protect_published_version'),
    '() returns trigger, volatile, security invoker',
    'published versions are protected by a trigger'
);

create function pg_temp.said(statement text) returns text
    language plpgsql
as $function$
declare
    state text;
    detail text;
    hint text;
begin
    execute statement;
    return null;
exception when others then
    get stacked diagnostics
        state = returned_sqlstate, detail = pg_exception_detail, hint = pg_exception_hint;
    return concat_ws(' | ', state, nullif(detail, ''), hint);
end
$function$;
set local role eagle_owner;
select is(
    pg_temp.said(
        $$ update catalog.calibration_constants set value = 0.2, unit = 'kip'
            where name = 'K_FACTOR' $$
    ),
    'ES101 | The change was unit from unitless to kip, value from 0.15 to 0.2.'
    ' | Publish a new version with catalog.publish_constant().',
    'the error says what would have changed, and what to do instead'
);
select is(
    pg_temp.said($$ delete from catalog.pricing_configs $$),
    'ES101 | Close it by setting effective_to; it stays as a record.',
    'the error on removal says how a price ends'
);
select lives_ok(
    $$ update catalog.pricing_configs set price_usd = price_usd, description = description $$,
    'writing the same values again is no change'
);

select * from finish();
rollback;
