-- 0045.create-once
-- depends: 0044.deleted-meanwhile
--
-- why    A call that creates a project and is repeated after a lost answer created another one, and
--        10,000 projects took 10,000 calls. With an idempotency key a call can be repeated, and one
--        call creates many projects. One project is read by a function that says if there is none.
-- locks  app.projects SHARE ROW EXCLUSIVE, briefly: a foreign key of a new, empty table.
-- undo   0045.create-once.rollback.sql; idempotency keys are lost, no project.

-- The actor of an event: the one that is given, else that of the transaction.
--
-- Every event takes its actor from here, and so do created_by and updated_by of projects. A blank
-- actor is refused (ES008), and so is a tenant's login role, which all its users share. Where
-- accounts are signed, it is the signed actor, whichever is given.
--
--     select app.event_actor(' ana@example.com ');
--     -- ana@example.com
--
create or replace function app.event_actor(claimed text)
    returns text
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    limit_of_length constant integer := 200;
    -- Where accounts are signed, so is the actor, and no other is believed.
    actor           constant text := btrim(
        case
            when event_actor.claimed is null
                or app.signing_required() and app.signed_account() <> ''
            then app.current_actor()
            else event_actor.claimed
        end
    );
begin
    if event_actor.claimed is not null
        and length(actor) between 1 and limit_of_length
        and actor !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]'
        and lower(actor) <> '(erased)' then
        return actor;
    end if;
    if coalesce(actor, '') = ''
        or event_actor.claimed is null
        and actor = session_user::text
        and not exists (
                select
                  from pg_roles as r
                 where r.rolname = coalesce(nullif(current_setting('role'), 'none'), session_user)
                   and (r.rolsuper or r.rolbypassrls or pg_has_role(r.oid, 'eagle_owner', 'member'))
            ) then
        raise exception using
            errcode = 'ES008',
            message = 'an event needs an actor',
            hint    = 'Name who acts, or call app.begin_work() in the same transaction first.';
    end if;
    if length(actor) > limit_of_length
        or actor ~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('an actor is one line of at most %s characters', limit_of_length),
            hint    = 'Name who acts by an address or a key.';
    end if;
    if lower(actor) = '(erased)' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'an actor is not named as an erased one is',
            hint    = 'Name who acts by an address or a key.';
    end if;
    return actor;
end
$function$;

create table app.project_requests (
    account_id       uuid     not null,
    idempotency_key  text     not null,
    place            integer  not null,
    project_id       uuid     not null,
    request_sha256   bytea    not null,
    constraint project_requests_pkey primary key (account_id, idempotency_key, place),
    constraint project_requests_account_id_project_id_key unique (account_id, project_id),
    constraint project_requests_account_id_project_id_fkey foreign key (account_id, project_id)
        references app.projects (account_id, project_id) on delete cascade,
    constraint project_requests_idempotency_key_check
        check (idempotency_key <> '' and length(idempotency_key) <= 200),
    constraint project_requests_place_check check (place > 0),
    constraint project_requests_request_sha256_check check (octet_length(request_sha256) = 32)
);
select ops.place('app.project_requests', 'tenant');

-- EXPLAIN estimates from statistics of all rows, including those that row security hides. Therefore
-- no statistics are kept of columns that could identify an account, a person or a design.
alter table app.project_requests
    alter column account_id set statistics 0,
    alter column idempotency_key set statistics 0,
    alter column project_id set statistics 0,
    alter column request_sha256 set statistics 0;

comment on table app.project_requests is
    'Which call created a project, so that the call can be repeated without creating another one.';
comment on column app.project_requests.account_id is 'The tenant that owns the project.';
comment on column app.project_requests.idempotency_key is
    'What the caller named the call, at most 200 characters.';
comment on column app.project_requests.place is 'Place of the project in the call, from 1.';
comment on column app.project_requests.project_id is 'The project that the call created.';
comment on column app.project_requests.request_sha256 is
    'Hash of what the call asked for: another call with the key is refused.';

create policy project_requests_audit
    on app.project_requests
    for select
    to eagle_auditor
    using (true);
comment on policy project_requests_audit on app.project_requests is
    'An auditor sees which call created a project.';

alter table app.project_requests enable row level security;

-- One project of an account, with its etag.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select name, etag
--       from app.get_project(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a'
--            );
--     -- Harbour sign | 3f0e4a52-6a4c-4d8e-9d55-0f6d2c4a7b10
--
create function app.get_project(
    account_id uuid,
    project_id uuid
)
    returns app.projects
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    read app.projects;
begin
    perform app.require_account(get_project.account_id);
    select p.* into read
      from app.projects as p
     where p.account_id = get_project.account_id
       and p.project_id = get_project.project_id;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no project %s in this account', get_project.project_id),
            hint    = 'Check the project and the account that the transaction is set to.';
    end if;
    return read;
end
$function$;
comment on function app.get_project(uuid, uuid) is
    'One project of the account with its etag; raises no_data_found if there is none.';

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

-- Create a project in draft and return it.
--
-- Without an actor, it is that of app.begin_work(). With an idempotency key, the same call can be
-- repeated: it returns the project that the first one created, as app.create_projects() does.
--
--     select project_id, status, etag
--       from app.create_project(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                name       => 'Harbour sign',
--                actor      => 'ana@example.com'
--            );
--     -- 01…-7… | draft | …-4…
--
create function app.create_project(
    account_id      uuid,
    name            text,
    actor           text default null,
    customer        text default null,
    description     text default null,
    site_name       text default null,
    street          text default null,
    idempotency_key text default null
)
    returns app.projects
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    created app.projects;
begin
    perform app.require_account(create_project.account_id);
    if create_project.idempotency_key is not null then
        select p.* into created
          from app.create_projects(
                   create_project.account_id,
                   jsonb_build_array(
                       jsonb_build_object(
                           'name', create_project.name,
                           'customer', create_project.customer,
                           'description', create_project.description,
                           'site_name', create_project.site_name,
                           'street', create_project.street
                       )
                   ),
                   create_project.actor,
                   create_project.idempotency_key
               ) as p;
        return created;
    end if;
    insert into app.projects (
        account_id, name, customer, description, site_name, street, created_by, updated_by
    )
    values (
        create_project.account_id, create_project.name, create_project.customer,
        create_project.description, create_project.site_name, create_project.street,
        coalesce(create_project.actor, app.event_actor(null)),
        coalesce(create_project.actor, app.event_actor(null))
    )
    returning * into created;
    return created;
end
$function$;
comment on function app.create_project(uuid, text, text, text, text, text, text, text) is
    'Creates a project in draft, once per idempotency key, and returns it with its etag.';

-- Who may call it stays.
do $grant$
begin
    if has_function_privilege(
        'eagle_application',
        'app.create_project(uuid, text, text, text, text, text, text)',
        'execute'
    ) then
        grant execute on function
            app.create_project(uuid, text, text, text, text, text, text, text)
           to eagle_application;
    end if;
end
$grant$;

-- squawk-ignore ban-drop-function
drop function app.create_project(uuid, text, text, text, text, text, text);
