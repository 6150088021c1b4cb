create table ops.partition_policies (
    relation         text      not null,
    months_ahead     smallint  not null,
    months_retained  smallint  null,
    on_retirement    text      not null  default 'keep',
    period           text      not null  default 'month',
    constraint partition_policies_pkey primary key (relation),
    constraint partition_policies_months_ahead_check check (months_ahead between 1 and 120),
    constraint partition_policies_months_retained_check check (months_retained > 0),
    constraint partition_policies_on_retirement_check
        check (on_retirement in ('keep', 'detach', 'archive', 'drop')),
    constraint partition_policies_period_check
        check (period in ('day', 'week', 'month', 'quarter', 'year')),
    constraint partition_policies_days_check check (period <> 'day' or months_ahead <= 12),
    constraint partition_policies_check
        check ((on_retirement = 'keep') = (months_retained is null)),
    constraint partition_policies_relation_check check (length(relation) <= 260)
);
select ops.place('ops.partition_policies', 'local');

create trigger partition_policies_own_relation
    before insert or update of relation on ops.partition_policies
    for each row
    execute function ops.check_partition_policy();

comment on table ops.partition_policies is
    'How the partitions by time of each table are made ahead and retired.';
comment on column ops.partition_policies.relation is
    'Schema-qualified name of a table partitioned by a time.';
comment on column ops.partition_policies.months_ahead is
    'How many months after the current one have partitions.';
comment on column ops.partition_policies.months_retained is
    'How many full months stay attached; null keeps all.';
comment on column ops.partition_policies.on_retirement is
    'What happens to an older partition: keep, detach, archive or drop.';
comment on column ops.partition_policies.period is
    'How long a new partition is: a day, week, month, quarter or year, in UTC.';

insert into ops.partition_policies (relation, months_ahead)
values ('app.project_events', 3);
