create table app.retired_events (
    account_id        uuid      not null,
    project_id        uuid      not null,
    first_position    bigint    not null,
    last_position     bigint    not null,
    last_sha256       bytea     not null,
    erased_positions  bigint[]  not null  default '{}',
    partition         text      not null,
    constraint retired_events_pkey primary key (account_id, project_id, first_position),
    constraint retired_events_first_position_check check (first_position > 0),
    constraint retired_events_check check (last_position >= first_position),
    constraint retired_events_last_sha256_check check (octet_length(last_sha256) = 32),
    constraint retired_events_partition_check check (length(partition) <= 260)
);
select ops.place('app.retired_events', 'tenant');

comment on table app.retired_events is
    'What retired partitions hold of each project''s chain, so that the rest of it still verifies.';
comment on column app.retired_events.account_id is 'The tenant that owns the project.';
comment on column app.retired_events.project_id is 'The project whose events were retired.';
comment on column app.retired_events.first_position is
    'First place of an unbroken stretch of the chain.';
comment on column app.retired_events.last_position is 'Last place of the stretch.';
comment on column app.retired_events.last_sha256 is
    'Hash of the last event of the stretch, which the next event builds on.';
comment on column app.retired_events.erased_positions is
    'Places that erasures recorded in the stretch have emptied.';
comment on column app.retired_events.partition is
    'The retired partition that holds the events, or held them.';
