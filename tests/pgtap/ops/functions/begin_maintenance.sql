begin;
select plan(22);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.begin_maintenance'),
    '(reason text) returns void, volatile, security invoker',
    'maintenance has a reason'
);

-- A column that a migration adds, and fills.
alter table app.projects add column priority integer;
create function pg_temp.state_of(project uuid) returns text stable
begin atomic
    select format('%s %s %s %s', p.etag, p.updated_at, p.updated_by,
                  (select count(*) from app.project_events as e where e.project_id = p.project_id))
      from app.projects as p
     where p.project_id = state_of.project;
end;
create temporary table before as select pg_temp.state_of(pg_temp.ana_project()) as state;
grant select on before to public;

select throws_ok(
    format('set local role %I; select ops.begin_maintenance(''mine'')', role),
    '42501', null, format('%s begins no maintenance', role)
)
  from unnest(array[
           'eagle_application', 'eagle_reader', 'eagle_operator', 'eagle_auditor'
       ]) as role;
reset role;
set local role eagle_owner;
set local app.actor = '';
select throws_ok(
    format('select ops.begin_maintenance(%L)', reason),
    '22023', 'maintenance has a reason of 1 to 1000 characters',
    'maintenance without a reason is refused'
)
  from unnest(array[null, ' ', repeat('x', 1001)]) as reason;
reset role;
savepoint distributed;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
select 1, 'citus', extowner, extnamespace, false, '13.0' from pg_extension where extname = 'plpgsql';
set local role eagle_owner;
select throws_ok(
    $$ select ops.begin_maintenance('x') $$,
    '0A000', 'maintenance is not available on a distributed database',
    'workers would know nothing of maintenance'
);
rollback to savepoint distributed;
set local role eagle_owner;
select lives_ok($$ select ops.begin_maintenance('x') $$, 'a reason has one character at least');

-- The setting alone permits nothing, to the owner either.
savepoint setting;
set local app.maintenance = '1';
update app.projects set priority = 1 where project_id = pg_temp.ana_project();
select results_eq(
    $$ select e.actor, e.data
         from app.project_events as e
        where e.project_id = pg_temp.ana_project()
        order by e.position desc limit 1 $$,
    $$ values (session_user::text collate "default", '{"columns": ["priority"]}'::jsonb) $$,
    'a setting without its entry is no maintenance, and the change is that of whoever is logged in'
);
select isnt(
    (select state from before), pg_temp.state_of(pg_temp.ana_project()),
    'without maintenance the change has an event and a new etag'
);
rollback to savepoint setting;

select ops.begin_maintenance(' compute the priority ');
select results_eq(
    $$ select kind, subject, role, content
         from ops.evidence order by position desc limit 1 $$,
    $$ values ('maintenance', 'app.projects', session_user::text collate "default",
               jsonb_build_object('reason', 'compute the priority',
                                  'transaction', pg_current_xact_id()::text)) $$,
    'one entry of the evidence says who maintains what, and why'
);
update app.projects set priority = 1;
select is(
    pg_temp.state_of(pg_temp.ana_project()), (select state from before),
    'a derived column changes without an event, a new etag or another time'
);
select is(
    (select count(*) from app.projects where priority = 1), 2::bigint, 'it changes in all rows'
);
select throws_ok(
    format('update app.projects set %s', wanted.change),
    '42501', format('maintenance does not change %s of projects', wanted.columns),
    format('maintenance does not change %s', wanted.columns)
)
  from (values
            ('name = ''Other'', priority = 2', 'name'),
            ('status = ''estimating''', 'status'),
            ('updated_by = ''dan''', 'updated_by'),
            ('updated_at = ''2100-01-01''', 'updated_at')
       ) as wanted (change, columns);

-- What is granted to the application, users read and write.
grant update (priority) on app.projects to eagle_application;
select throws_ok(
    'update app.projects set priority = 2',
    '42501', 'maintenance does not change priority of projects',
    'a column that the application may update is not maintained'
);

-- In the same transaction, with the same setting.
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
update app.projects set priority = 3, updated_by = 'dan@example.com';
select results_eq(
    $$ select e.actor, e.data
         from app.project_events as e
        where e.project_id = pg_temp.ana_project()
        order by e.position desc limit 1 $$,
    $$ values ('dan@example.com', '{"columns": ["priority"]}'::jsonb) $$,
    'to the application the setting permits nothing'
);
reset role;
select is_empty(
    $$ select * from ops.find_event_faults() where check_name in ('events', 'evidence') $$,
    'maintenance leaves nothing that contradicts the log'
);

select * from finish();
rollback;
