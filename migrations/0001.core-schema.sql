-- 0001.core-schema
--
-- why    Projects, the designs saved for them, and the log of what happened to them.
-- locks  none that anyone waits for: every object is new.
-- undo   0001.core-schema.rollback.sql; every project, payload and event is lost.

create schema app;
comment on schema app is
    'Tenant data: every table leads with account_id and shows an account its own rows only.';
create schema catalog;
comment on schema catalog is
    'Reference data that all accounts share: constants, prices, materials, code clauses.';
create schema ops;
comment on schema ops is 'What runs the database: placement, partitions, integrity, jobs.';

create extension btree_gist with schema public;

create function ops.uuid_v7()
    returns uuid
    language sql
    volatile
    parallel safe
    return encode(
        set_bit(
            set_bit(
                overlay(
                    uuid_send(gen_random_uuid())
                    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
                    from 1 for 6
                ),
                52, 1
            ),
            53, 1
        ),
        'hex'
    )::uuid;
comment on function ops.uuid_v7() is 'A time-ordered UUID, version 7, to the millisecond.';

create table ops.table_placements (
    relation   text  not null,
    placement  text  not null,
    constraint table_placements_pkey primary key (relation),
    constraint table_placements_placement_check
        check (placement in ('tenant', 'reference', 'local'))
);
comment on table ops.table_placements is 'Where each table lives when the database is distributed.';
comment on column ops.table_placements.relation is 'Schema-qualified name of the table.';
comment on column ops.table_placements.placement is
    'tenant: distributed by account_id; reference: a copy on every node; '
    'local: on the coordinator only.';

insert into ops.table_placements (relation, placement)
values ('ops.table_placements', 'local');
create function ops.place(
    relation  text,
    placement text
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if to_regclass(place.relation) is null then
        raise exception using
            errcode = 'undefined_table',
            message = format('there is no table %s to place', place.relation),
            hint    = 'Give the schema-qualified name of an existing table.';
    end if;

    insert into ops.table_placements as placed (relation, placement)
    values (place.relation, place.placement)
        on conflict on constraint table_placements_pkey
        do update set placement = excluded.placement;

    if not exists (select from pg_extension where extname = 'citus') then
        return;
    end if;
    if place.placement = 'tenant' then
        execute format('select create_distributed_table(%L, %L)', place.relation, 'account_id');
    elsif place.placement = 'reference' then
        execute format('select create_reference_table(%L)', place.relation);
    end if;
end
$function$;
comment on function ops.place(text, text) is
    'Marks a table tenant, reference or local, and distributes it where Citus is installed.';

create function app.change_project()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if new.etag is distinct from old.etag then
        raise exception using
            errcode = 'ES002',
            message = format('project %s has changed since it was read', old.project_id),
            detail  = format('The etag given is %s, the current one is %s.', new.etag, old.etag),
            hint    = 'Read the project again and repeat the change on what it holds now.',
            schema  = 'app',
            table   = 'projects';
    end if;
    if (new.account_id, new.project_id, new.created_by, new.created_at)
        is distinct from (old.account_id, old.project_id, old.created_by, old.created_at) then
        raise exception using
            errcode = 'ES006',
            message = format('the identity and origin of project %s cannot change', old.project_id),
            hint    = 'Leave account_id, project_id, created_by and created_at as they are.',
            schema  = 'app',
            table   = 'projects';
    end if;

    new.etag       := gen_random_uuid();
    new.updated_at := greatest(now(), old.updated_at);
    return new;
end
$function$;
comment on function app.change_project() is
    'Trigger: refuses a stale etag (ES002) or a changed identity (ES006), '
    'then renews etag and updated_at.';

create table app.projects (
    account_id   uuid         not null,
    project_id   uuid         not null  default ops.uuid_v7(),
    name         text         not null,
    customer     text         null,
    description  text         null,
    site_name    text         null,
    street       text         null,
    status       text         not null  default 'draft',
    created_by   text         not null,
    updated_by   text         not null,
    created_at   timestamptz  not null  default now(),
    updated_at   timestamptz  not null  default now(),
    etag         uuid         not null  default gen_random_uuid(),
    constraint projects_pkey primary key (account_id, project_id),
    constraint projects_account_id_etag_key unique (account_id, etag),
    constraint projects_name_check check (btrim(name) <> '' and length(name) <= 200),
    constraint projects_check check (updated_at >= created_at)
);
select ops.place('app.projects', 'tenant');

-- EXPLAIN estimates from statistics of all rows, those that row security hides too, so that nothing
-- that could name an account, a person or a design is kept in them.
alter table app.projects
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column name set statistics 0,
    alter column customer set statistics 0,
    alter column description set statistics 0,
    alter column site_name set statistics 0,
    alter column street set statistics 0,
    alter column created_by set statistics 0,
    alter column updated_by set statistics 0,
    alter column etag set statistics 0;

create trigger projects_change
    before update on app.projects
    for each row
    execute function app.change_project();

comment on table app.projects is 'A sign project of an account.';
comment on column app.projects.account_id is 'The tenant that owns the project.';
comment on column app.projects.project_id is
    'Identifies the project within its account; ordered by time of creation.';
comment on column app.projects.name is
    'What the account calls the project, at most 200 characters.';
comment on column app.projects.customer is 'Who the sign is for.';
comment on column app.projects.description is 'Free text about the work.';
comment on column app.projects.site_name is 'Name of the place where the sign stands.';
comment on column app.projects.street is 'Street address of the site.';
comment on column app.projects.status is 'Where the project stands.';
comment on column app.projects.created_by is 'Who created the project.';
comment on column app.projects.updated_by is 'Who changed the project last.';
comment on column app.projects.created_at is 'When the project was created.';
comment on column app.projects.updated_at is 'When the project was last changed.';
comment on column app.projects.etag is
    'Changes with every change; an update that sets another value than the current one is stale.';

create function app.snapshot_sha256(
    config        jsonb,
    files         jsonb,
    cost_snapshot jsonb
)
    returns text
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return encode(
        sha256(
            convert_to(
                format(
                    '[%s, %s, %s]',
                    snapshot_sha256.config,
                    snapshot_sha256.files,
                    snapshot_sha256.cost_snapshot
                ),
                'UTF8'
            )
        ),
        'hex'
    );
end
$function$;
comment on function app.snapshot_sha256(jsonb, jsonb, jsonb) is
    'Hash of config, files and cost snapshot in canonical form, 64 hex digits.';

create table app.project_payloads (
    account_id     uuid         not null,
    project_id     uuid         not null,
    payload_id     uuid         not null  default ops.uuid_v7(),
    module         text         not null,
    config         jsonb        not null,
    files          jsonb        not null  default '[]',
    cost_snapshot  jsonb        not null  default '{}',
    created_at     timestamptz  not null  default clock_timestamp(),
    sha256         text         not null
        generated always as (app.snapshot_sha256(config, files, cost_snapshot)) stored,
    constraint project_payloads_pkey primary key (account_id, payload_id, module),
    constraint project_payloads_account_id_project_id_module_sha256_key
        unique (account_id, project_id, module, sha256),
    constraint project_payloads_account_id_project_id_fkey foreign key (account_id, project_id)
        references app.projects (account_id, project_id) on delete cascade,
    constraint project_payloads_config_check check (jsonb_typeof(config) = 'object'),
    constraint project_payloads_files_check check (jsonb_typeof(files) = 'array'),
    constraint project_payloads_cost_snapshot_check check (jsonb_typeof(cost_snapshot) = 'object'),
    constraint project_payloads_sha256_check check (sha256 ~ '^[0-9a-f]{64}$')
);
select ops.place('app.project_payloads', 'tenant');

alter table app.project_payloads
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column payload_id set statistics 0,
    alter column config set statistics 0,
    alter column files set statistics 0,
    alter column cost_snapshot set statistics 0,
    alter column sha256 set statistics 0;

comment on table app.project_payloads is
    'A saved design of a project; the newest of each module counts.';
comment on column app.project_payloads.account_id is 'The tenant that owns the project.';
comment on column app.project_payloads.project_id is 'The project that the design belongs to.';
comment on column app.project_payloads.payload_id is 'Identifies the payload within its account.';
comment on column app.project_payloads.module is 'The design module that made the payload.';
comment on column app.project_payloads.config is
    'What was designed: the inputs and choices, a JSON object.';
comment on column app.project_payloads.files is 'The files that belong to the design, a JSON list.';
comment on column app.project_payloads.cost_snapshot is
    'What the design cost when it was saved, a JSON object.';
comment on column app.project_payloads.created_at is
    'When this snapshot was last saved; saving it again makes it the newest.';
comment on column app.project_payloads.sha256 is
    'Hash of config, files and cost snapshot in canonical form, 64 hex digits.';

create function app.refuse_event_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'ES003',
        message = format('events are immutable: %s is refused', lower(tg_op)),
        hint    = 'Append an event that corrects the earlier one.',
        schema  = 'app',
        table   = 'project_events';
end
$function$;
comment on function app.refuse_event_change() is
    'Trigger: refuses update, delete and truncate of events (ES003).';

create table app.project_events (
    account_id   uuid         not null,
    project_id   uuid         not null,
    event_id     uuid         not null  default ops.uuid_v7(),
    event_type   text         not null,
    actor        text         not null,
    occurred_at  timestamptz  not null  default clock_timestamp(),
    data         jsonb        not null  default '{}',
    constraint project_events_pkey primary key (account_id, project_id, occurred_at, event_id),
    constraint project_events_data_check check (jsonb_typeof(data) = 'object')
);
select ops.place('app.project_events', 'tenant');

alter table app.project_events
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column event_id set statistics 0,
    alter column actor set statistics 0,
    alter column data set statistics 0;

create trigger project_events_immutable
    before update or delete on app.project_events
    for each row
    execute function app.refuse_event_change();
create trigger project_events_no_truncate
    before truncate on app.project_events
    for each statement
    execute function app.refuse_event_change();

comment on table app.project_events is
    'The audit log: what happened to a project; it can be added to, never changed.';
comment on column app.project_events.account_id is 'The tenant that owns the project.';
comment on column app.project_events.project_id is
    'The project that the event is about; it may be gone.';
comment on column app.project_events.event_id is 'Identifies the event.';
comment on column app.project_events.event_type is 'What happened.';
comment on column app.project_events.actor is 'Who did it.';
comment on column app.project_events.occurred_at is 'When it happened.';
comment on column app.project_events.data is 'What else is known, a JSON object.';
