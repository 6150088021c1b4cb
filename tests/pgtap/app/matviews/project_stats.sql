begin;
select plan(7);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select name, type from pg_temp.columns_of('app.project_stats') $$,
    $$ values
        ('account_id', 'uuid'),
        ('status', 'app.project_status'),
        ('project_count', 'bigint'),
        ('avg_duration_hours', 'numeric') $$,
    'the statistics have these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.indexes_of_table('app.project_stats') $$,
    array['CREATE UNIQUE INDEX project_stats_account_id_status_idx btree (account_id, status)'],
    'the statistics of an account are found by its key'
);

insert into app.projects (account_id, name, status, created_by, updated_by, created_at, updated_at)
values
    (pg_temp.ana(), 'One hour', 'accepted', 'ana', 'ana', '2026-01-01 00:00', '2026-01-01 01:00'),
    (pg_temp.ana(), 'Two days', 'accepted', 'ana', 'ana', '2026-01-01 00:00', '2026-01-03 00:00'),
    (pg_temp.ana(), 'At once', 'rejected', 'ana', 'ana', '2026-01-01 00:00', '2026-01-01 00:00'),
    (pg_temp.bob(), 'Half', 'accepted', 'bob', 'bob', '2026-01-01 00:00', '2026-01-01 00:30');
refresh materialized view app.project_stats;
select results_eq(
    $$ select account_id, status::text, project_count, round(avg_duration_hours, 3)
         from app.project_stats
        order by account_id, status $$,
    $$ values
        (pg_temp.ana(), 'accepted', 2::bigint, 24.5),
        (pg_temp.ana(), 'rejected', 1, 0),
        (pg_temp.bob(), 'accepted', 1, 0.5) $$,
    'the statistics count projects and average hours by account and status, and leave drafts out'
);
select lives_ok(
    'refresh materialized view concurrently app.project_stats',
    'the statistics can be refreshed while they are read'
);

set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local role eagle_application;
select throws_ok(
    'select * from app.project_stats',
    '42501', 'permission denied for materialized view project_stats',
    'the application does not read the statistics of all accounts'
);
set local role eagle_reader;
select throws_ok(
    'select * from app.project_stats',
    '42501', 'permission denied for materialized view project_stats',
    'a reader does not read the statistics of all accounts'
);
set local role eagle_operator;
select throws_ok(
    'refresh materialized view app.project_stats',
    '42501', null,
    'an operator refreshes the statistics through ops.refresh_project_stats alone'
);

select * from finish();
rollback;
