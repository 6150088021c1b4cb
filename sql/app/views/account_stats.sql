create view app.account_stats with (security_barrier = true) as
select
    s.account_id,
    s.status,
    s.project_count,
    s.avg_duration_hours
  from app.project_stats as s
 where s.account_id operator(app.===) (select app.current_account_id())
   and s.account_id = app.current_account_id();

comment on view app.account_stats is
    'The rows of app.project_stats that belong to the account of the transaction.';
comment on column app.account_stats.account_id is 'The tenant.';
comment on column app.account_stats.status is 'The status counted.';
comment on column app.account_stats.project_count is
    'How many projects of the account are in the status.';
comment on column app.account_stats.avg_duration_hours is
    'Mean of updated_at - created_at, in hours.';
