begin;
select plan(14);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.policies_of('app.project_events') $$,
    $$ values
        ('project_events_audit', 'select', 'eagle_auditor', 'true', ''),
        ('project_events_tenant_append', 'insert', 'eagle_application',
         '', '(account_id = app.current_account_id())'),
        ('project_events_tenant_read', 'select', 'eagle_application, eagle_reader',
         '(account_id = app.current_account_id())', '') $$,
    'an account has its own events only, an auditor all of them'
);

set local role eagle_application;
select is_empty(
    'select * from app.project_events',
    'the application sees no event until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    'select project_id, position from app.project_events order by position',
    $$ values (pg_temp.ana_project(), 1::bigint), (pg_temp.ana_project(), 2) $$,
    'the application sees the events of its account'
);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.bob(), pg_temp.bob_project(), 'file.attached', 'ana') $$,
    '42501', 'new row violates row-level security policy for table "project_events"',
    'the application records no event in another account'
);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.bob_project(), 'file.attached', 'ana') $$,
    '23503', 'there is no project b1000000-0000-7000-8000-000000000000 to record an event of',
    'the application records no event of a project of another account'
);
select lives_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    'the application records events in its account'
);

reset role;
select cmp_ok(
    (select count(*) from ops.partitions as p where p.relation = 'app.project_events'), '>=', 4::bigint,
    'this month and the three after it have a partition'
);
select set_config('test.partitions', string_agg(p.partition, ' ' order by p.partition), true)
  from ops.partitions as p
 where p.relation = 'app.project_events';

set local role eagle_application;
select is_empty(
    $$ select partition
         from regexp_split_to_table(current_setting('test.partitions'), ' ') as partition
        where (pg_temp.error_of(format('select * from %s', partition))).code <> '42501'
           or (pg_temp.error_of(format('insert into %s default values', partition))).code <> '42501'
           or (pg_temp.error_of(format('delete from %s', partition))).code <> '42501' $$,
    'the application does not reach a partition of the events by its name'
);

set local role eagle_reader;
select results_eq(
    'select distinct account_id from app.project_events',
    'select pg_temp.ana()',
    'a reader sees the events of its account'
);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    '42501', 'permission denied for table project_events',
    'a reader records no event'
);
set local app.account_id = '';
select is_empty(
    'select * from app.project_events',
    'a reader sees no event until the transaction says whom it works for'
);

set local role eagle_auditor;
select results_eq(
    'select distinct account_id from app.project_events order by account_id',
    'values (pg_temp.ana()), (pg_temp.bob())',
    'an auditor sees the events of every account'
);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    '42501', 'permission denied for table project_events',
    'an auditor records no event'
);

set local role eagle_operator;
select throws_ok(
    'select * from app.project_events', '42501', 'permission denied for table project_events',
    'an operator reads no row of a tenant'
);

select * from finish();
rollback;
