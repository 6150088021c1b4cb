create table app.project_totals (
    account_id        uuid                not null,
    status            app.project_status  not null,
    entry_id          uuid                not null  default gen_random_uuid(),
    project_count     bigint              not null,
    confidence_count  bigint              not null,
    confidence_sum    numeric             not null,
    duration          interval            not null,
    constraint project_totals_pkey primary key (account_id, status, entry_id)
);
select ops.place('app.project_totals', 'tenant');

-- EXPLAIN estimates from statistics of all rows, including those that row security hides. Therefore
-- no statistics are kept of columns that could identify an account, a person or a design.
alter table app.project_totals
    alter column account_id set statistics 0,
    alter column entry_id set statistics 0,
    alter column project_count set statistics 0,
    alter column confidence_count set statistics 0,
    alter column confidence_sum set statistics 0,
    alter column duration set statistics 0;

comment on table app.project_totals is
    'What each change adds to an account''s projects in a status, and sums of such: '
    'a status holds the sum of its entries.';
comment on column app.project_totals.account_id is 'The tenant.';
comment on column app.project_totals.status is 'The status counted.';
comment on column app.project_totals.entry_id is 'Identifies the entry.';
comment on column app.project_totals.project_count is
    'How many projects came into the status, less those that left it.';
comment on column app.project_totals.confidence_count is 'How many of them have a confidence.';
comment on column app.project_totals.confidence_sum is 'Sum of their confidence.';
comment on column app.project_totals.duration is 'Sum of their updated_at - created_at.';
