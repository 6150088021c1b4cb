begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.record_definitions'),
    '(only_object text DEFAULT NULL::text) returns bigint, volatile, security invoker',
    'definitions are recorded as the caller, all or one'
);
set local role eagle_operator;
select throws_ok(
    'select ops.record_definitions()', '42501', 'permission denied for function record_definitions',
    'an operator does not accept what is there'
);
reset role;
alter table app.projects disable trigger projects_audit;
create or replace function app.signing_required() returns boolean
    language sql immutable parallel safe return true;
select ops.record_definitions('function app.signing_required()');
select results_eq(
    'select object from ops.find_definition_faults()',
    array['app.projects trigger projects_audit'],
    'recording one object accepts no other'
);
select ops.record_definitions();
select is_empty('select object from ops.find_definition_faults()', 'recording all accepts all');
select is_empty(
    $$ select r.object, r.definition
         from ops.recorded_definitions as r
        where r.place = 'app.project_events *'
       except
       select d.object, d.definition
         from ops.definitions() as d
        where d.place = (select p.partition from ops.partitions as p
                          where p.relation = 'app.project_events' order by p.starts_at desc limit 1) $$,
    'months that are made later have to be like the newest one'
);

select * from finish();
rollback;
