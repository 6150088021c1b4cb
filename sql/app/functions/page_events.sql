-- One page of a project's events, at most 1,000, newest first; pass the position of the last event
-- of a page to get the next one. app.events_page() takes a cursor instead, and a whole account.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select occurred_at, event_id, event_type
--       from app.page_events(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                count      => 20
--            );
--     -- 20… | 01…-7… | payload.saved
--     -- 20… | 01…-7… | project.created
--
create function app.page_events(
    account_id      uuid,
    project_id      uuid,
    before_time     timestamptz default 'infinity',
    before_event_id uuid default 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    count           integer default 100
)
    returns setof app.project_events
    language sql
    stable
    security invoker
begin atomic
    select e.*
      from app.project_events as e
     where e.account_id = app.own_account(page_events.account_id)
       and e.project_id = page_events.project_id
       and e.occurred_at <= coalesce(page_events.before_time, 'infinity')
       and (e.occurred_at, e.event_id) < (
               coalesce(page_events.before_time, 'infinity'),
               coalesce(page_events.before_event_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
           )
     order by e.occurred_at desc, e.event_id desc
     limit least(page_events.count, 1000);
end;
comment on function app.page_events(uuid, uuid, timestamptz, uuid, integer) is
    'A page of a project''s events, newest first, before the given time and event.';
