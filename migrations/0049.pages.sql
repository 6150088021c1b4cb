-- 0049.pages
-- depends: 0048.projects-by-change
--
-- why    Lists and searches ended after their first page, and a cursor of events that was left out by a
--        null found nothing. Pages have a cursor that is null for the first and after the last one,
--        and a count that reads no project. Without an account, functions in SQL returned nothing
--        where others raise ES005.
-- locks  none on tables; calls that run finish with the function that they began with.
-- undo   0049.pages.rollback.sql; nothing is lost.

-- The account, if it is that of the transaction; ES005 or ES007 otherwise.
--
-- For functions in SQL, which the planner puts into the statement that calls them.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select app.own_account('0194f3c0-0000-7000-8000-000000000001');
--     -- 0194f3c0-0000-7000-8000-000000000001
--
create function app.own_account(account_id uuid)
    returns uuid
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(own_account.account_id);
    return own_account.account_id;
end
$function$;
comment on function app.own_account(uuid) is
    'Returns the account if the transaction is set to it; raises ES005 or ES007 otherwise.';

grant execute on function app.own_account(uuid) to eagle_application, eagle_reader;

-- The newest payload of each module of a project.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select module, sha256
--       from app.latest_payloads(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a'
--            );
--     -- signage.single_pole.base_plate | 47c076e454ad…
--
create or replace function app.latest_payloads(
    account_id uuid,
    project_id uuid
)
    returns setof app.project_payloads
    language sql
    stable
    security invoker
begin atomic
    select distinct on (p.module) p.*
      from app.project_payloads as p
     where p.account_id = app.own_account(latest_payloads.account_id)
       and p.project_id = latest_payloads.project_id
     order by p.module, p.created_at desc, p.payload_id desc;
end;

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
create or replace function app.page_events(
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

-- The cursor of a row: where the page after it begins.
--
--     select app.page_cursor(
--         'project', '2026-01-02 03:04:05+00', '0194f3c0-0000-7000-8000-00000000000a'
--     );
--     -- project.0006475ef64cf3400194f3c000007000800000000000000a
--
create function app.page_cursor(
    kind text,
    at   timestamptz,
    id   uuid
)
    returns text
    language sql
    immutable
    parallel safe
    return page_cursor.kind
        || '.' || lpad(to_hex((extract(epoch from page_cursor.at) * 1000000)::bigint), 16, '0')
        || replace(page_cursor.id::text, '-', '');
comment on function app.page_cursor(text, timestamptz, uuid) is
    'The cursor of a row, by its time and key: where the page after it begins.';

-- Where a page begins: before this time and key. No cursor is the first page.
--
--     select *
--       from app.cursor_position(
--                'project',
--                app.page_cursor(
--                    'project', '2026-01-02 03:04:05+00', '0194f3c0-0000-7000-8000-00000000000a'
--                )
--            );
--     -- 2026-01-02 03:04:05+00 | 0194f3c0-0000-7000-8000-00000000000a
--
create function app.cursor_position(
    kind   text,
    cursor text,
    out at timestamptz,
    out id uuid
)
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    digits text := split_part(left(cursor_position.cursor, 100), '.', 2);
begin
    if cursor_position.cursor is null then
        at := 'infinity';
        id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        return;
    end if;
    if digits ~ '^000[0-9a-f]{45}$' then
        at := timestamptz 'epoch'
            + ('x' || left(digits, 16))::bit(64)::bigint * interval '1 microsecond';
        id := right(digits, 32)::uuid;
    end if;
    if app.page_cursor(cursor_position.kind, at, id) is distinct from cursor_position.cursor then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('this is not a cursor of a list of %ss', cursor_position.kind),
            hint    = 'Give next_cursor of the page before as it is, or null for the first page.';
    end if;
end
$function$;
comment on function app.cursor_position(text, text) is
    'The time and key before which a page begins; raises invalid_parameter_value for another text.';

-- A page of an account's projects, last changed first: all of them, or those of a status, of words
-- as in app.search_projects(), changed from one time and before another.
--
-- `next_cursor`, the same in each row, gives the next page; it is null in the last one. No cursor is
-- the first page.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select (page.project).name, page.next_cursor
--       from app.projects_page(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                status     => 'draft',
--                words      => 'harb quay',
--                count      => 50
--            ) as page;
--     -- Harbour sign |
--
-- Runs as the owner after checking the account: comparing ENUM values and hashes is not leakproof,
-- so row security would keep the planner from their indexes.
--
-- The setting keeps rows in the order of an index: no statistics are kept of accounts, by which the
-- planner could know that many rows would have to be sorted. Rows with words come in no order.
--
create function app.projects_page(
    account_id    uuid,
    status        app.project_status default null,
    words         text default null,
    changed_from  timestamptz default null,
    changed_until timestamptz default null,
    cursor        text default null,
    count         integer default 100
)
    returns table (project app.projects, next_cursor text)
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
    set enable_sort = off
as $function$
declare
    from_at  constant timestamptz := coalesce(projects_page.changed_from, '-infinity');
    until_at constant timestamptz := coalesce(projects_page.changed_until, 'infinity');
    last_at  timestamptz;
    last_id  uuid;
    wanted   text[];
    hashes   bigint[];
    patterns text[];
    found    app.projects[];
begin
    perform app.require_account(projects_page.account_id);
    perform app.require_between('count', projects_page.count, 1, 1000);
    perform app.require_between('length of words', coalesce(length(projects_page.words), 0), 0, 500);
    perform app.require_between(
        'length of cursor', coalesce(length(projects_page.cursor), 0), 0, 100
    );
    select p.at, p.id into last_at, last_id
      from app.cursor_position('project', projects_page.cursor) as p;
    wanted   := array_remove(regexp_split_to_array(lower(projects_page.words), '\s+'), '');
    hashes   := app.word_hashes(projects_page.account_id, array_to_string(wanted, ' '));
    patterns := array(
        select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%' from unnest(wanted) as word
    );
    if patterns <> '{}' then
        found := array(
            with matching as materialized (
                select p as project
                  from app.projects as p
                 where p.account_id = projects_page.account_id
                   and app.word_hashes(
                           p.account_id,
                           app.project_search_text(p.name, p.customer, p.site_name, p.street)
                       ) @> hashes
                   and app.project_search_text(p.name, p.customer, p.site_name, p.street)
                       like all (patterns)
                   and p.status = coalesce(projects_page.status, p.status)
                   and p.updated_at >= from_at
                   and p.updated_at < until_at
                   and (p.updated_at, p.project_id) < (last_at, last_id)
            )
            select m.project
              from matching as m
             order by (m.project).updated_at desc, (m.project).project_id desc
             limit projects_page.count + 1
        );
    elsif projects_page.status is not null then
        found := array(
            select p
              from app.projects as p
             where p.account_id = projects_page.account_id
               and p.status = projects_page.status
               and p.updated_at >= from_at
               and p.updated_at < until_at
               and (p.updated_at, p.project_id) < (last_at, last_id)
             order by p.updated_at desc, p.project_id desc
             limit projects_page.count + 1
        );
    else
        found := array(
            select p
              from app.projects as p
             where p.account_id = projects_page.account_id
               and p.updated_at >= from_at
               and p.updated_at < until_at
               and (p.updated_at, p.project_id) < (last_at, last_id)
             order by p.updated_at desc, p.project_id desc
             limit projects_page.count + 1
        );
    end if;
    if cardinality(found) > projects_page.count then
        project     := found[projects_page.count];
        next_cursor := app.page_cursor('project', project.updated_at, project.project_id);
    end if;
    foreach project in array found[:projects_page.count] loop
        return next;
    end loop;
end
$function$;
comment on function app.projects_page(
    uuid, app.project_status, text, timestamptz, timestamptz, text, integer
) is
    'A page of the account''s projects by status, words and time, last changed first, '
    'with the cursor of the next page.';

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

-- How many projects app.projects_page() would return, page after page.
--
-- Without words and times it is the count that the database keeps, exact whatever its size.
-- Otherwise at most 1,000 are counted: `is_exact` is false where there are more.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select project_count, is_exact
--       from app.count_projects('0194f3c0-0000-7000-8000-000000000001', words => 'harb');
--     -- 1 | t
--
create function app.count_projects(
    account_id    uuid,
    status        app.project_status default null,
    words         text default null,
    changed_from  timestamptz default null,
    changed_until timestamptz default null
)
    returns table (project_count bigint, is_exact boolean)
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(count_projects.account_id);
    perform app.require_between(
        'length of words', coalesce(length(count_projects.words), 0), 0, 500
    );
    if count_projects.words ~ '\S'
        or num_nonnulls(count_projects.changed_from, count_projects.changed_until) > 0 then
        return query
        select count(*), coalesce(bool_and(page.next_cursor is null), true)
          from app.projects_page(
                   count_projects.account_id, count_projects.status, count_projects.words,
                   count_projects.changed_from, count_projects.changed_until,
                   count => 1000
               ) as page;
        return;
    end if;
    return query
    select coalesce(sum(d.project_count), 0)::bigint, true
      from app.account_dashboard as d
     where d.account_id = count_projects.account_id
       and d.status = coalesce(count_projects.status, d.status);
end
$function$;
comment on function app.count_projects(
    uuid, app.project_status, text, timestamptz, timestamptz
) is
    'How many projects of the account have a status, words and a time: kept, or counted to 1,000.';
