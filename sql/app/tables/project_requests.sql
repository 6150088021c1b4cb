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
