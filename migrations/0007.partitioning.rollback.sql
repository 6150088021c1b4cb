-- Both tables are copied back into plain ones, in one transaction that keeps writers out.
lock table app.projects, app.project_payloads, app.project_events in access exclusive mode;

create schema app_next;

create table app_next.project_payloads (
    account_id     uuid                not null,
    project_id     uuid                not null,
    payload_id     uuid                not null  default ops.uuid_v7(),
    module         app.project_module  not null,
    config         jsonb               not null,
    files          jsonb               not null  default '[]',
    cost_snapshot  jsonb               not null  default '{}',
    created_at     timestamptz         not null  default clock_timestamp(),
    sha256         text                not null
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

insert into app_next.project_payloads (
    account_id, project_id, payload_id, module, config, files, cost_snapshot, created_at
)
select account_id, project_id, payload_id, module, config, files, cost_snapshot, created_at
  from app.project_payloads;

create index project_payloads_account_id_project_id_module_created_at_idx
    on app_next.project_payloads (account_id, project_id, module, created_at desc);

create index project_payloads_account_id_config_idx
    on app_next.project_payloads using gin (account_id, config jsonb_path_ops);

create table app_next.project_events (
    account_id   uuid                    not null,
    project_id   uuid                    not null,
    event_id     uuid                    not null  default ops.uuid_v7(),
    event_type   app.project_event_type  not null,
    actor        text                    not null,
    occurred_at  timestamptz             not null  default clock_timestamp(),
    data         jsonb                   not null  default '{}',
    constraint project_events_pkey primary key (account_id, project_id, occurred_at, event_id),
    constraint project_events_data_check check (jsonb_typeof(data) = 'object')
);

insert into app_next.project_events (
    account_id, project_id, event_id, event_type, actor, occurred_at, data
)
select account_id, project_id, event_id, event_type, actor, occurred_at, data
  from app.project_events;

create index project_events_account_id_occurred_at_idx
    on app_next.project_events (account_id, occurred_at desc) include (event_type);

alter table app_next.project_payloads
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column payload_id set statistics 0,
    alter column config set statistics 0,
    alter column files set statistics 0,
    alter column cost_snapshot set statistics 0,
    alter column sha256 set statistics 0;

alter table app_next.project_events
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column event_id set statistics 0,
    alter column actor set statistics 0,
    alter column data set statistics 0;

drop function ops.ensure_partitions(date);
drop function ops.create_month_partition(text, date);
drop view ops.partitions;
drop function ops.partition_bounds(regclass);
drop table ops.partition_policies;
delete from ops.table_placements where relation = 'ops.partition_policies';

drop table app.project_events;
drop table app.project_payloads;
alter table app_next.project_payloads set schema app;
alter table app_next.project_events set schema app;
drop schema app_next;

create trigger project_events_immutable
    before update or delete on app.project_events
    for each row
    execute function app.refuse_event_change();
create trigger project_events_no_truncate
    before truncate on app.project_events
    for each statement
    execute function app.refuse_event_change();

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
