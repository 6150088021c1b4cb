create table app.projects (
    account_id         uuid                not null,
    project_id         uuid                not null  default ops.uuid_v7(),
    name               text                not null,
    customer           text                null,
    description        text                null,
    site_name          text                null,
    street             text                null,
    status             app.project_status  not null  default 'draft',
    created_by         text                not null,
    updated_by         text                not null,
    created_at         timestamptz         not null  default now(),
    updated_at         timestamptz         not null  default now(),
    etag               uuid                not null  default gen_random_uuid(),
    constants_version  text[]              null,
    content_sha256     text                null,
    confidence         double precision    null,
    constraint projects_pkey primary key (account_id, project_id),
    constraint projects_account_id_etag_key unique (account_id, etag),
    constraint projects_name_check check (btrim(name) <> '' and length(name) <= 200),
    constraint projects_check check (updated_at >= created_at),
    constraint projects_constants_version_check check (
        array_position(constants_version, null) is null
        and cardinality(constants_version) <= 50
        and length(array_to_string(constants_version, '')) <= 5000
    ),
    constraint projects_content_sha256_check
        check (length(content_sha256) = 64 and content_sha256 !~ '[^0-9a-f]'),
    constraint projects_confidence_check check (confidence >= 0 and confidence <= 1),
    constraint projects_customer_check check (length(customer) <= 200),
    constraint projects_description_check check (length(description) <= 10000),
    constraint projects_site_name_check check (length(site_name) <= 200),
    constraint projects_street_check check (length(street) <= 200),
    constraint projects_created_by_check check (length(created_by) <= 255),
    constraint projects_updated_by_check check (length(updated_by) <= 255)
);
select ops.place('app.projects', 'tenant');

create index projects_account_id_created_at_draft_idx
    on app.projects (account_id, created_at desc)
    where status = 'draft';
create index projects_account_id_project_id_estimating_idx
    on app.projects (account_id, project_id)
    where status = 'estimating';
create index projects_account_id_status_updated_at_idx
    on app.projects (account_id, status, updated_at desc) include (confidence);
create index projects_account_id_updated_at_idx
    on app.projects (account_id, updated_at desc);
create index projects_account_id_content_sha256_idx
    on app.projects (account_id, content_sha256)
    where content_sha256 is not null;
create index projects_account_id_word_hashes_idx
    on app.projects using gin (
        account_id,
        app.word_hashes(
            account_id, app.project_search_text(name, customer, site_name, street)
        )
    );

-- EXPLAIN estimates from statistics of all rows, including those that row security hides. Therefore
-- no statistics are kept of columns that could identify an account, a person or a design.
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
    alter column etag set statistics 0,
    alter column constants_version set statistics 0,
    alter column content_sha256 set statistics 0;
alter index app.projects_account_id_word_hashes_idx alter column 2 set statistics 0;

create trigger projects_change
    before insert or update on app.projects
    for each row
    execute function app.change_project();
create trigger projects_status_move
    before update on app.projects
    for each row
    when (old.status is distinct from new.status)
    execute function app.check_status_move();
create trigger projects_audit
    after insert or update or delete on app.projects
    for each row
    execute function app.audit_project();

comment on table app.projects is
    'A sign project of an account, with the envelope of its last result.';
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
comment on column app.projects.constants_version is 'The constant packs that the last result used.';
comment on column app.projects.content_sha256 is
    'Hash of the inputs of the last result, 64 hex digits; the key for deterministic caching.';
comment on column app.projects.confidence is 'Confidence in the last result, from 0 to 1.';
