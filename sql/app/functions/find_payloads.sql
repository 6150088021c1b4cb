-- The payloads of an account whose config contains the given values, newest first.
-- app.payloads_page() has the rest of them.
--
--     select payload_id
--       from app.find_payloads(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                config     => '{"material": "A500 Gr C", "height_ft": 25, "wind_speed_mph": 115}'
--            );
--     -- 01…-7…
--
-- Runs as the owner after checking the account: jsonb containment is not leakproof, so row
-- security would keep the planner from its index.
--
create function app.find_payloads(
    account_id uuid,
    config     jsonb,
    count      integer default 100
)
    returns setof app.project_payloads
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(find_payloads.account_id);
    perform app.require_between('count', find_payloads.count, 1, 1000);
    if not ops.json_fits(find_payloads.config, 65536) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'config is longer than 65536 bytes, has a number over 1e100 or over 50 levels',
            hint    = 'Ask for some of the values.';
    end if;
    return query
    select p.*
      from app.project_payloads as p
     where p.account_id = find_payloads.account_id
       and app.config_of_account(p.account_id, p.config)
           @> app.config_of_account(find_payloads.account_id, find_payloads.config)
     order by p.created_at desc, p.payload_id desc
     limit find_payloads.count;
end
$function$;
comment on function app.find_payloads(uuid, jsonb, integer) is
    'Payloads of the account whose config contains the given values, newest first.';
