-- A page of the events of a project or of a whole account, newest first: of all types or one, from
-- one time and before another.
--
-- `next_cursor`, the same in each row, gives the next page; it is null in the last one. No cursor is
-- the first page.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select (page.event).event_type, page.next_cursor
--       from app.events_page(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                count      => 1
--            ) as page;
--     -- payload.saved | event.000…
--
-- The setting keeps rows in the order of an index: no statistics are kept of accounts, by which the
-- planner could know that many rows would have to be sorted.
--
create function app.events_page(
    account_id     uuid,
    project_id     uuid default null,
    event_type     app.project_event_type default null,
    occurred_from  timestamptz default null,
    occurred_until timestamptz default null,
    cursor         text default null,
    count          integer default 100
)
    returns table (event app.project_events, next_cursor text)
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set enable_sort = off
as $function$
declare
    from_at  constant timestamptz := coalesce(events_page.occurred_from, '-infinity');
    until_at constant timestamptz := coalesce(events_page.occurred_until, 'infinity');
    last_at  timestamptz;
    last_id  uuid;
    found    app.project_events[];
begin
    perform app.require_account(events_page.account_id);
    perform app.require_between('count', events_page.count, 1, 1000);
    perform app.require_between(
        'length of cursor', coalesce(length(events_page.cursor), 0), 0, 100
    );
    select p.at, p.id into last_at, last_id
      from app.cursor_position('event', events_page.cursor) as p;
    if events_page.project_id is not null then
        found := array(
            select e
              from app.project_events as e
             where e.account_id = events_page.account_id
               and e.project_id = events_page.project_id
               and e.event_type = coalesce(events_page.event_type, e.event_type)
               and e.occurred_at >= from_at
               and e.occurred_at < until_at
               and e.occurred_at <= last_at
               and (e.occurred_at, e.event_id) < (last_at, last_id)
             order by e.occurred_at desc, e.event_id desc
             limit events_page.count + 1
        );
    else
        found := array(
            select e
              from app.project_events as e
             where e.account_id = events_page.account_id
               and e.event_type = coalesce(events_page.event_type, e.event_type)
               and e.occurred_at >= from_at
               and e.occurred_at < until_at
               and e.occurred_at <= last_at
               and (e.occurred_at, e.event_id) < (last_at, last_id)
             order by e.occurred_at desc, e.event_id desc
             limit events_page.count + 1
        );
    end if;
    if cardinality(found) > events_page.count then
        event       := found[events_page.count];
        next_cursor := app.page_cursor('event', event.occurred_at, event.event_id);
    end if;
    foreach event in array found[:events_page.count] loop
        return next;
    end loop;
end
$function$;
comment on function app.events_page(
    uuid, uuid, app.project_event_type, timestamptz, timestamptz, text, integer
) is
    'A page of the events of a project or an account, newest first, '
    'with the cursor of the next page.';
