create table ops.missed_months (
    relation   text         not null,
    starts_at  timestamptz  not null,
    misses     bigint       not null,
    first_at   timestamptz  not null  default now(),
    last_at    timestamptz  not null  default now(),
    constraint missed_months_pkey primary key (relation, starts_at),
    constraint missed_months_misses_check check (misses > 0),
    constraint missed_months_relation_check check (length(relation) <= 260)
);
select ops.place('ops.missed_months', 'local');

comment on table ops.missed_months is
    'Periods that rows were refused in for want of a partition.';
comment on column ops.missed_months.relation is 'The partitioned table.';
comment on column ops.missed_months.starts_at is
    'Start of the period, a month if the policy says no other.';
comment on column ops.missed_months.misses is
    'How often a refused writer found the partition missing and had it made.';
comment on column ops.missed_months.first_at is 'When the first did.';
comment on column ops.missed_months.last_at is 'When the last did.';
