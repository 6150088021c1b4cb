create table app.project_events (
    account_id   uuid                    not null,
    project_id   uuid                    not null,
    event_id     uuid                    not null  default ops.uuid_v7(),
    event_type   app.project_event_type  not null,
    actor        text                    not null,
    occurred_at  timestamptz             not null  default clock_timestamp(),
    data         jsonb                   not null  default '{}',
    position     bigint                  not null,
    sha256       bytea                   not null,
    erased_at    timestamptz             null,
    constraint project_events_pkey primary key (account_id, project_id, occurred_at, event_id),
    constraint project_events_data_check check (jsonb_typeof(data) = 'object'),
    constraint project_events_position_check check (position > 0),
    constraint project_events_sha256_check check (octet_length(sha256) = 32)
) partition by range (occurred_at);
select ops.place('app.project_events', 'tenant');

create index project_events_account_id_occurred_at_idx
    on app.project_events (account_id, occurred_at desc) include (event_type);

-- EXPLAIN estimates from statistics of all rows, including those that row security hides. Therefore
-- no statistics are kept of columns that could identify an account, a person or a design.
alter table app.project_events
    alter column account_id set statistics 0,
    alter column project_id set statistics 0,
    alter column event_id set statistics 0,
    alter column actor set statistics 0,
    alter column data set statistics 0,
    alter column sha256 set statistics 0;

create trigger project_events_immutable
    before update or delete on app.project_events
    for each row
    execute function app.refuse_event_change();
create trigger project_events_no_truncate
    before truncate on app.project_events
    for each statement
    execute function app.refuse_event_change();
create trigger project_events_authorize
    before insert on app.project_events
    for each row
    execute function app.authorize_event();
create trigger project_events_chain
    before insert on app.project_events
    for each row
    execute function app.chain_event();

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
comment on column app.project_events.position is
    'Place of the event in its project''s chain, from 1.';
comment on column app.project_events.sha256 is
    'Hash over the event and the hash of the event before it.';
comment on column app.project_events.erased_at is
    'When actor and data were erased on request; the tombstone keeps their hash.';
