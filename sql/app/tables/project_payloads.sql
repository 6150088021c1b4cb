create table app.project_payloads (
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
    constraint project_payloads_config_check
        check (jsonb_typeof(config) = 'object' and ops.json_fits(config, 65536)),
    constraint project_payloads_files_check
        check (jsonb_typeof(files) = 'array' and ops.json_fits(files, 65536)),
    constraint project_payloads_cost_snapshot_check
        check (jsonb_typeof(cost_snapshot) = 'object' and ops.json_fits(cost_snapshot, 65536)),
    constraint project_payloads_sha256_check
        check (length(sha256) = 64 and sha256 !~ '[^0-9a-f]')
) partition by list (module);
select ops.place('app.project_payloads', 'tenant');

create index project_payloads_account_id_project_id_module_created_at_idx
    on app.project_payloads (account_id, project_id, module, created_at desc);
create index project_payloads_account_id_config_of_account_idx
    on app.project_payloads
 using gin (account_id, app.config_of_account(account_id, config) jsonb_path_ops);

create trigger project_payloads_normalize
    before insert on app.project_payloads
    for each row
    execute function app.normalize_payload();
create trigger project_payloads_renew
    before update of created_at on app.project_payloads
    for each row
    execute function app.renew_payload();
create trigger project_payloads_audit
    after insert or update of created_at on app.project_payloads
    for each row
    execute function app.audit_payload();

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

create table app.project_payloads_single_pole_direct_burial
    partition of app.project_payloads
    for values in ('signage.single_pole.direct_burial');
create table app.project_payloads_single_pole_base_plate
    partition of app.project_payloads
    for values in ('signage.single_pole.base_plate');
create table app.project_payloads_two_pole_direct_burial
    partition of app.project_payloads
    for values in ('signage.two_pole.direct_burial');
comment on table app.project_payloads_single_pole_direct_burial is
    'Partition of app.project_payloads: signage.single_pole.direct_burial.';
comment on table app.project_payloads_single_pole_base_plate is
    'Partition of app.project_payloads: signage.single_pole.base_plate.';
comment on table app.project_payloads_two_pole_direct_burial is
    'Partition of app.project_payloads: signage.two_pole.direct_burial.';

-- EXPLAIN estimates from statistics of all rows, including those that row security hides. Therefore
-- no statistics are kept of columns that could identify an account, a person or a design.
alter table app.project_payloads
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column payload_id set statistics 0,
    alter column config set statistics 0,
    alter column files set statistics 0,
    alter column cost_snapshot set statistics 0,
    alter column sha256 set statistics 0;
alter index app.project_payloads_single_pole_d_account_id_config_of_account_idx
    alter column 2 set statistics 0;
alter index app.project_payloads_single_pole_b_account_id_config_of_account_idx
    alter column 2 set statistics 0;
alter index app.project_payloads_two_pole_dire_account_id_config_of_account_idx
    alter column 2 set statistics 0;
