-- 0008.row-security
-- depends: 0007.partitioning
--
-- why    An account sees its own rows only, through tables, functions and statistics alike.
-- locks  app.projects, app.project_payloads, app.project_events and their partitions ACCESS
--        EXCLUSIVE, briefly: policies are rows of the catalogue. Payloads come before projects,
--        as a writer of a payload locks them, so that the two do not wait for each other.
-- undo   0008.row-security.rollback.sql; no data is lost, but accounts are no longer kept apart.

create function app.current_account_id()
    returns uuid
    language sql
    stable
    parallel safe
    return nullif(current_setting('app.account_id', true), '')::uuid;
comment on function app.current_account_id() is
    'The account set for this transaction in app.account_id, or null.';

create function app.current_actor()
    returns text
    language sql
    stable
    parallel safe
    return coalesce(nullif(current_setting('app.actor', true), ''), session_user::text);
comment on function app.current_actor() is
    'The actor set for this transaction in app.actor, or the login role.';

create function app.require_account(account_id uuid)
    returns void
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if require_account.account_id is distinct from app.current_account_id()
        or require_account.account_id is null then
        raise exception using
            errcode = 'ES005',
            message = 'the transaction is not set to this account',
            hint    = 'Run set local app.account_id = ''…'' in the same transaction first.';
    end if;
end
$function$;
comment on function app.require_account(uuid) is
    'Raises ES005 unless the transaction is set to the account.';

create policy project_payloads_tenant
    on app.project_payloads
    for all
    to eagle_application
    using (account_id = app.current_account_id())
    with check (account_id = app.current_account_id());
comment on policy project_payloads_tenant on app.project_payloads is
    'The application sees and changes the rows of its account.';

create policy project_payloads_tenant_read
    on app.project_payloads
    for select
    to eagle_reader
    using (account_id = app.current_account_id());
comment on policy project_payloads_tenant_read on app.project_payloads is
    'A reader sees the rows of its account.';

alter table app.project_payloads enable row level security;
alter table app.project_payloads_single_pole_direct_burial enable row level security;
alter table app.project_payloads_single_pole_base_plate enable row level security;
alter table app.project_payloads_two_pole_direct_burial enable row level security;

create policy projects_tenant
    on app.projects
    for all
    to eagle_application
    using (account_id = app.current_account_id())
    with check (account_id = app.current_account_id());
comment on policy projects_tenant on app.projects is
    'The application sees and changes the rows of its account.';

create policy projects_tenant_read
    on app.projects
    for select
    to eagle_reader
    using (account_id = app.current_account_id());
comment on policy projects_tenant_read on app.projects is 'A reader sees the rows of its account.';

alter table app.projects enable row level security;

create policy project_events_tenant_append
    on app.project_events
    for insert
    to eagle_application
    with check (account_id = app.current_account_id());
comment on policy project_events_tenant_append on app.project_events is
    'The application appends events of its account.';

create policy project_events_tenant_read
    on app.project_events
    for select
    to eagle_application, eagle_reader
    using (account_id = app.current_account_id());
comment on policy project_events_tenant_read on app.project_events is
    'The application and readers see the events of their account.';

create policy project_events_audit
    on app.project_events
    for select
    to eagle_auditor
    using (true);
comment on policy project_events_audit on app.project_events is 'An auditor sees every event.';

do $partitions$
declare
    partition text;
begin
    for partition in
        select p.partition from ops.partitions as p where p.relation = 'app.project_events' order by p.partition
    loop
        execute format('alter table %s enable row level security', partition);
    end loop;
end
$partitions$;

alter table app.project_events enable row level security;

create view app.account_stats with (security_barrier = true) as
select
    s.account_id,
    s.status,
    s.project_count,
    s.avg_duration_hours
  from app.project_stats as s
 where s.account_id = app.current_account_id();

comment on view app.account_stats is
    'The rows of app.project_stats that belong to the account of the transaction.';
comment on column app.account_stats.account_id is 'The tenant.';
comment on column app.account_stats.status is 'The status counted.';
comment on column app.account_stats.project_count is
    'How many projects of the account are in the status.';
comment on column app.account_stats.avg_duration_hours is
    'Mean of updated_at - created_at, in hours.';

create function app.latest_payloads(
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
     where p.account_id = latest_payloads.account_id
       and p.project_id = latest_payloads.project_id
     order by p.module, p.created_at desc, p.payload_id desc;
end;
comment on function app.latest_payloads(uuid, uuid) is
    'The newest payload of each module of a project.';

create function app.save_payload(
    account_id    uuid,
    project_id    uuid,
    module        app.project_module,
    config        jsonb,
    files         jsonb,
    cost_snapshot jsonb,
    actor         text
)
    returns app.project_payloads
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    saved app.project_payloads;
begin
    perform set_config('app.actor', save_payload.actor, true);

    select l.* into saved
      from app.latest_payloads(save_payload.account_id, save_payload.project_id) as l
     where l.module = save_payload.module
       and l.sha256 = app.snapshot_sha256(
               save_payload.config, save_payload.files, save_payload.cost_snapshot
           );
    if found then
        return saved;
    end if;

    insert into app.project_payloads as p (
        account_id, project_id, module, config, files, cost_snapshot
    )
    values (
        save_payload.account_id, save_payload.project_id, save_payload.module,
        save_payload.config, save_payload.files, save_payload.cost_snapshot
    )
        on conflict on constraint project_payloads_account_id_project_id_module_sha256_key
        do update set created_at = excluded.created_at
    returning p.* into saved;
    return saved;
end
$function$;
comment on function app.save_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text) is
    'Saves a design once per distinct snapshot, makes it the newest of its module, and returns it.';

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
    return query
    select p.*
      from app.project_payloads as p
     where p.account_id = find_payloads.account_id
       and p.config @> find_payloads.config
     order by p.created_at desc, p.payload_id desc
     limit find_payloads.count;
end
$function$;
comment on function app.find_payloads(uuid, jsonb, integer) is
    'Payloads of the account whose config contains the given values, newest first.';

create function app.list_projects(
    account_id uuid,
    status     app.project_status,
    count      integer default 100
)
    returns setof app.projects
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(list_projects.account_id);
    return query
    select p.*
      from app.projects as p
     where p.account_id = list_projects.account_id
       and p.status = list_projects.status
     order by p.updated_at desc
     limit list_projects.count;
end
$function$;
comment on function app.list_projects(uuid, app.project_status, integer) is
    'Projects of the account in one status, last changed first.';
