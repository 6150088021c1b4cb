begin;
select plan(7);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.find_event_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, detail text), '
    'volatile, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_event_faults()',
    '42501', 'permission denied for function find_event_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;
select pg_stat_reset();
select is_empty('select * from ops.find_event_faults()', 'nothing is wrong at first');

-- A life of a project, to its end, with an erasure.
set local app.actor = 'ana@example.com';
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values (pg_temp.ana(), '0194f3c0-0000-7000-8000-0000000000f1', 'A', 'ana', 'ana');
insert into app.project_payloads (account_id, project_id, module, config)
values (pg_temp.ana(), '0194f3c0-0000-7000-8000-0000000000f1', 'signage.single_pole.base_plate', '{}');
update app.projects set status = 'estimating', updated_by = 'bob'
 where project_id = '0194f3c0-0000-7000-8000-0000000000f1';
update app.projects set status = 'submitted'
 where project_id = '0194f3c0-0000-7000-8000-0000000000f1';
update app.project_payloads set created_at = clock_timestamp()
 where project_id = '0194f3c0-0000-7000-8000-0000000000f1';
select is_empty('select * from ops.find_event_faults()', 'what is done is recorded');
select app.erase_events(pg_temp.ana(), '0194f3c0-0000-7000-8000-0000000000f1', 'dpo', 'request');
select is_empty('select * from ops.find_event_faults()', 'erased events say less');
delete from app.projects where project_id = '0194f3c0-0000-7000-8000-0000000000f1';
select is_empty('select * from ops.find_event_faults()', 'a deletion is recorded');

set local session_replication_role = replica;
update app.projects set status = 'accepted' where project_id = pg_temp.bob_project();
insert into app.projects (account_id, project_id, name, created_by, updated_by)
values (pg_temp.ana(), '0194f3c0-0000-7000-8000-0000000000f2', 'B', 'ana', 'ana');
delete from app.projects where project_id = pg_temp.ana_project();
delete from app.project_payloads where project_id = pg_temp.ana_project();
select set_eq(
    $$ select object, detail from ops.find_event_faults() $$,
    format(
        $$ values
            ('account %1$s, project 0194f3c0-0000-7000-8000-0000000000f2', 'no event records its creation'),
            ('account %1$s, project %2$s', 'it is gone, and no event records it'),
            ('account %3$s, project %4$s', 'its status is accepted, and its last event says draft') $$,
        pg_temp.ana(), pg_temp.ana_project(), pg_temp.bob(), pg_temp.bob_project()
    ),
    'what is not recorded is found'
);

select * from finish();
rollback;
