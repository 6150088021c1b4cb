create table app.event_chains (
    account_id  uuid    not null,
    project_id  uuid    not null,
    position    bigint  not null  default 0,
    sha256      bytea   not null  default decode(repeat('00', 32), 'hex'),
    constraint event_chains_pkey primary key (account_id, project_id),
    constraint event_chains_position_check check (position >= 0),
    constraint event_chains_sha256_check check (octet_length(sha256) = 32)
) with (fillfactor = 80);
select ops.place('app.event_chains', 'tenant');

comment on table app.event_chains is
    'The head of each project''s hash chain of events; it outlives the project.';
comment on column app.event_chains.account_id is 'The tenant that owns the project.';
comment on column app.event_chains.project_id is 'The project whose events are chained.';
comment on column app.event_chains.position is 'How many events the chain has.';
comment on column app.event_chains.sha256 is
    'Hash of the last event; 32 zero bytes before the first.';
