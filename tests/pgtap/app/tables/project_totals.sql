begin;
select plan(9);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.columns_of('app.project_totals') $$,
    $$ values
        ('account_id', 'uuid', 'not null', ''),
        ('status', 'app.project_status', 'not null', ''),
        ('entry_id', 'uuid', 'not null', 'gen_random_uuid()'),
        ('project_count', 'bigint', 'not null', ''),
        ('confidence_count', 'bigint', 'not null', ''),
        ('confidence_sum', 'numeric', 'not null', ''),
        ('duration', 'interval', 'not null', '') $$,
    'an entry of the totals has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('app.project_totals') $$,
    $$ values
        ('project_totals_pkey', 'PRIMARY KEY (account_id, status, entry_id)') $$,
    'an entry of the totals has these constraints'
);

create function pg_temp.totals()
    returns table (status text, project_count numeric, confidence_count numeric, confidence numeric)
    stable
begin atomic
    select t.status::text, sum(t.project_count), sum(t.confidence_count), sum(t.confidence_sum)
      from app.project_totals as t
     where t.account_id = pg_temp.ana()
     group by t.status
    having sum(t.project_count) <> 0
     order by t.status;
end;

select results_eq(
    'select * from pg_temp.totals()', $$ values ('draft', 1::numeric, 0::numeric, 0::numeric) $$,
    'a created project is counted'
);
update app.projects set confidence = 0.1 where account_id = pg_temp.ana();
select results_eq(
    'select * from pg_temp.totals()', $$ values ('draft', 1::numeric, 1::numeric, 0.1) $$,
    'a confidence is added when it is set'
);
update app.projects set confidence = 0.7, status = 'estimating' where account_id = pg_temp.ana();
select results_eq(
    'select * from pg_temp.totals()', $$ values ('estimating', 1::numeric, 1::numeric, 0.7) $$,
    'a project that moves is counted in the status that it moves to, and no more where it was'
);
update app.projects set confidence = null where account_id = pg_temp.ana();
select results_eq(
    'select * from pg_temp.totals()', $$ values ('estimating', 1::numeric, 0::numeric, 0.0) $$,
    'a confidence that is cleared leaves nothing behind'
);
insert into app.projects (account_id, name, status, created_by, updated_by, created_at, updated_at)
values (pg_temp.ana(), 'Sign', 'accepted', 'ana', 'ana', '2026-01-01 00:00', '2026-01-03 01:30');
select results_eq(
    $$ select sum(duration) from app.project_totals where status = 'accepted' $$,
    array[interval '49.5 hours'],
    'how long a project has been worked on is summed'
);
delete from app.projects where account_id = pg_temp.ana();
select is_empty('select * from pg_temp.totals()', 'a deleted project is not counted');
select is_empty(
    'select * from ops.verify_project_totals()',
    'after all of this the totals are those of the projects'
);

select * from finish();
rollback;
