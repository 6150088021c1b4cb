-- A page of an account's designs whose config contains the given values, newest first: of all
-- modules or one, saved from one time and before another.
--
-- `next_cursor`, the same in each row, gives the next page; it is null in the last one. No cursor is
-- the first page.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select (page.payload).sha256, page.next_cursor
--       from app.payloads_page(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                config     => '{"material": "A500 Gr C", "height_ft": 25}'
--            ) as page;
--     -- 47c076e454ad… |
--
-- Runs as the owner after checking the account: jsonb containment is not leakproof, so row
-- security would keep the planner from its index.
--
create function app.payloads_page(
    account_id  uuid,
    config      jsonb,
    module      app.project_module default null,
    saved_from  timestamptz default null,
    saved_until timestamptz default null,
    cursor      text default null,
    count       integer default 100
)
    returns table (payload app.project_payloads, next_cursor text)
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    from_at  constant timestamptz := coalesce(payloads_page.saved_from, '-infinity');
    until_at constant timestamptz := coalesce(payloads_page.saved_until, 'infinity');
    last_at  timestamptz;
    last_id  uuid;
    found    app.project_payloads[];
begin
    perform app.require_account(payloads_page.account_id);
    perform app.require_between('count', payloads_page.count, 1, 1000);
    perform app.require_between(
        'length of cursor', coalesce(length(payloads_page.cursor), 0), 0, 100
    );
    if ops.json_fits(payloads_page.config, 65536) is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'config is longer than 65536 bytes, has a number over 1e100 or over 50 levels',
            hint    = 'Ask for some of the values.';
    end if;
    select p.at, p.id into last_at, last_id
      from app.cursor_position('payload', payloads_page.cursor) as p;
    found := array(
        select p
          from app.project_payloads as p
         where p.account_id = payloads_page.account_id
           and app.config_of_account(p.account_id, p.config)
               @> app.config_of_account(payloads_page.account_id, payloads_page.config)
           and p.module = coalesce(payloads_page.module, p.module)
           and p.created_at >= from_at
           and p.created_at < until_at
           and (p.created_at, p.payload_id) < (last_at, last_id)
         order by p.created_at desc, p.payload_id desc
         limit payloads_page.count + 1
    );
    if cardinality(found) > payloads_page.count then
        payload     := found[payloads_page.count];
        next_cursor := app.page_cursor('payload', payload.created_at, payload.payload_id);
    end if;
    foreach payload in array found[:payloads_page.count] loop
        return next;
    end loop;
end
$function$;
comment on function app.payloads_page(
    uuid, jsonb, app.project_module, timestamptz, timestamptz, text, integer
) is
    'A page of the account''s designs whose config contains the given values, newest first, '
    'with the cursor of the next page.';
