create view app.account_dashboard with (security_invoker = true) as
select
    t.account_id,
    t.status,
    sum(t.project_count)::bigint as project_count,
    (sum(t.confidence_sum) / nullif(sum(t.confidence_count), 0))::double precision
        as mean_confidence
  from app.project_totals as t
 where t.account_id = app.current_account_id()
 group by t.account_id, t.status
having sum(t.project_count) <> 0;

comment on view app.account_dashboard is
    'How many projects the account of the transaction has in each status, as of now.';
comment on column app.account_dashboard.account_id is 'The tenant.';
comment on column app.account_dashboard.status is 'The status counted.';
comment on column app.account_dashboard.project_count is
    'How many projects of the account are in the status.';
comment on column app.account_dashboard.mean_confidence is
    'Mean confidence of those that have one.';
