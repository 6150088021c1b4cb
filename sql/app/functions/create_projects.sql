-- Create up to 10,000 projects in draft at once and return them in the order given.
--
-- `projects` is a JSON list of objects with a `name` and, as they are known, `customer`,
-- `description`, `site_name` and `street`. Without an actor, it is that of app.begin_work().
--
-- With an idempotency key, the same call can be repeated: it returns what the first one created, as
-- it is now. Other projects under the same key are refused (ES009). The key lasts as long as one of
-- its projects.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select name, status
--       from app.create_projects(
--                account_id      => '0194f3c0-0000-7000-8000-000000000001',
--                projects        => '[{"name": "North sign"}, {"name": "South sign"}]',
--                idempotency_key => '7d4c'
--            );
--     -- North sign | draft
--     -- South sign | draft
--
-- Runs as the owner after checking the account: no other role sets the key and the times of a
-- project, or reads requests. Each project is a microsecond later than the one before it, so that a
-- list by time has their order.
--
create function app.create_projects(
    account_id      uuid,
    projects        jsonb,
    actor           text default null,
    idempotency_key text default null
)
    returns setof app.projects
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    columns constant text[] := array['name', 'customer', 'description', 'site_name', 'street'];
    request bytea;
    wrong   bigint;
    ids     uuid[];
    is_same boolean;
begin
    perform app.require_account(create_projects.account_id);
    perform app.require_between(
        'length of actor', coalesce(length(create_projects.actor), 0), 0, 255
    );
    perform app.require_between(
        'length of idempotency_key', coalesce(length(create_projects.idempotency_key), 1), 1, 200
    );
    if not ops.json_fits(create_projects.projects, 16777216)
        or jsonb_typeof(create_projects.projects) is distinct from 'array' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'projects must be a JSON list of at most 16777216 bytes',
            hint    = 'Its items are objects; create more projects by more calls.';
    end if;
    perform app.require_between(
        'number of projects', jsonb_array_length(create_projects.projects), 1, 10000
    );
    select given.place into wrong
      from jsonb_array_elements(create_projects.projects) with ordinality as given (project, place)
     where case
               when jsonb_typeof(given.project) = 'object' then given.project - columns <> '{}'
               else true
           end
     order by given.place
     limit 1;
    if found then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('project %s is not an object of columns that a creation sets', wrong),
            hint    = format('Its keys are: %s.', array_to_string(columns, ', '));
    end if;

    request := sha256(convert_to(create_projects.projects::text, 'UTF8'));
    ids := array(
        select ops.uuid_v7() as id
          from generate_series(1, jsonb_array_length(create_projects.projects))
         order by id
    );
    -- One statement: the requests are first, since one that another session has made is waited for
    -- there, and their foreign key is checked at the end.
    with requests as (
        insert into app.project_requests (
            account_id, idempotency_key, place, project_id, request_sha256
        )
        select
            create_projects.account_id, create_projects.idempotency_key, given.place, given.id,
            request
          from unnest(ids) with ordinality as given (id, place)
         where create_projects.idempotency_key is not null
           and not exists (
                   select
                     from app.project_requests as r
                    where r.account_id = create_projects.account_id
                      and r.idempotency_key = create_projects.idempotency_key
               )
            on conflict on constraint project_requests_pkey do nothing
        returning place
    )
    insert into app.projects (
        account_id, project_id, name, customer, description, site_name, street,
        created_by, updated_by, created_at, updated_at
    )
    select
        create_projects.account_id, ids[given.place], p.name, p.customer, p.description, p.site_name,
        p.street, acting.actor, acting.actor, moment.at, moment.at
      from jsonb_array_elements(create_projects.projects) with ordinality as given (project, place)
     cross join lateral jsonb_to_record(given.project) as p (
               name text, customer text, description text, site_name text, street text
           )
     cross join (select coalesce(create_projects.actor, app.event_actor(null)) as actor) as acting
     cross join lateral (
               select now() + given.place * interval '1 microsecond' as at
           ) as moment
     where create_projects.idempotency_key is null
        or given.place in (select r.place from requests as r);

    if create_projects.idempotency_key is not null then
        select array_agg(r.project_id), bool_and(r.request_sha256 = request)
          into ids, is_same
          from app.project_requests as r
         where r.account_id = create_projects.account_id
           and r.idempotency_key = create_projects.idempotency_key;
        if not is_same then
            raise exception using
                errcode = 'ES009',
                message = 'the idempotency key was used for other projects',
                hint    = 'Repeat a call as it was; give another one a key of its own.',
                schema  = 'app',
                table   = 'project_requests';
        end if;
    end if;
    return query
    select p.*
      from app.projects as p
     where p.account_id = create_projects.account_id
       and p.project_id = any (ids)
     order by p.project_id;
end
$function$;
comment on function app.create_projects(uuid, jsonb, text, text) is
    'Creates up to 10,000 projects in draft at once, and once per idempotency key; '
    'returns them with their etags.';
