begin;
select plan(3);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.project_stats_sha256'), '() returns bytea, stable, security invoker',
    'the statistics have a hash'
);
create temporary table before as select ops.project_stats_sha256() as sha256;
insert into app.projects (account_id, name, status, created_by, updated_by)
values (pg_temp.ana(), 'Sign', 'accepted', 'ana', 'ana');
select is(
    ops.project_stats_sha256(), (select sha256 from before),
    'of their rows, not of what is due'
);
select ops.refresh_project_stats();
select isnt(ops.project_stats_sha256(), (select sha256 from before), 'which a refresh changes');

select * from finish();
rollback;
