begin;
select plan(34);
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
insert into app.project_payloads (account_id, project_id, module, config)
values (pg_temp.ana(), '0194f3c0-0000-7000-8000-0000000000f2', 'signage.single_pole.base_plate', '{}');
select set_eq(
    $$ select object, detail from ops.find_event_faults() $$,
    format(
        $$ values
            ('account %1$s, project 0194f3c0-0000-7000-8000-0000000000f2', 'no event records its creation'),
            ('account %1$s, project 0194f3c0-0000-7000-8000-0000000000f2', '1 designs have no event'),
            ('account %1$s, project %2$s', 'it is gone, and no event records it'),
            ('account %3$s, project %4$s', 'its status is accepted, and its last event says draft') $$,
        pg_temp.ana(), pg_temp.ana_project(), pg_temp.bob(), pg_temp.bob_project()
    ),
    'what is not recorded is found'
);

-- Of a project whose log is whole, what no event says.
set local session_replication_role = origin;
create function pg_temp.evident(kind text, content jsonb)
    returns void
    language sql
    return ops.record_evidence(
               evident.kind, pg_temp.ana() || '/0194f3c0-0000-7000-8000-0000000000f3', evident.content
           );
create function pg_temp.tampered(tampering text)
    returns setof text
    language plpgsql
as $function$
declare
    project  constant text := '0194f3c0-0000-7000-8000-0000000000f3';
    problems text[];
begin
    begin
        insert into app.projects (account_id, project_id, name, created_by, updated_by)
        values (pg_temp.ana(), project::uuid, 'C', 'ana', 'ana');
        insert into app.project_payloads (account_id, project_id, payload_id, module, config)
        values (pg_temp.ana(), project::uuid, '0194f3c0-0000-7000-8000-0000000000f4',
                'signage.single_pole.base_plate', '{}');
        update app.projects set status = 'estimating', updated_by = 'bob'
         where project_id = project::uuid;
        set local session_replication_role = replica;
        execute tampering;
        select array_agg(f.detail || ' ' || f.violations order by f.detail) into problems
          from ops.find_event_faults() as f
         where f.object like '%' || project or f.check_name = 'evidence';
        raise exception sqlstate 'UNDO0';
    exception
        when sqlstate 'UNDO0' then
            null;
    end;
    return query select unnest(problems);
end
$function$;
select results_eq(
    format('select * from pg_temp.tampered(%L)', planted.tampering),
    format('select unnest(%L::text[])', planted.problems),
    planted.what
)
  from (values
            ('select', '{}'::text[], 'where nothing is tampered with nothing is wrong'),
            ($$ delete from app.project_payloads where project_id::text like '%f3' $$,
             array['design 0194f3c0-0000-7000-8000-0000000000f4 was saved, and is gone 1'],
             'a design that is gone is found'),
            ($$ update app.project_payloads set config = '{"a": 1}' where project_id::text like '%f3' $$,
             array['design 0194f3c0-0000-7000-8000-0000000000f4 is not the one that was saved 1'],
             'a design that is another is found'),
            ($$ update app.project_payloads set created_at = '2020-01-01' where project_id::text like '%f3' $$,
             array['design 0194f3c0-0000-7000-8000-0000000000f4 has another time than its event 1'],
             'a design of another time is found'),
            ($$ insert into app.project_payloads (account_id, project_id, module, config)
                select pg_temp.ana(), '0194f3c0-0000-7000-8000-0000000000f3',
                       'signage.two_pole.direct_burial', jsonb_build_object('n', n)
                  from generate_series(1, 2) as n $$,
             array['2 designs have no event 1'],
             'designs that no event saved are found'),
            ($$ update app.projects set created_by = 'eve' where project_id::text like '%f3' $$,
             array['created_by is not the actor of its first event 1'],
             'another creator is found'),
            ($$ update app.project_events
                   set occurred_at = (select e.recorded_at from ops.evidence as e where e.position = 2)
                 where project_id::text like '%f3' and event_type = 'project.created';
                update app.projects set created_by = 'eve' where project_id::text like '%f3' $$,
             array['created_by is not the actor of its first event 1'],
             'another creator is found from the beginning of the evidence on'),
            ($$ update app.project_events
                   set occurred_at = (select e.recorded_at from ops.evidence as e where e.position = 1)
                 where project_id::text like '%f3' and event_type = 'project.created';
                update app.projects set created_by = 'eve' where project_id::text like '%f3' $$,
             '{}', 'before the evidence began a creator is not certain'),
            ($$ update app.projects set updated_by = 'eve' where project_id::text like '%f3' $$,
             array['updated_by is not the actor of its last event 1'],
             'another last actor is found'),
            ($$ update app.projects set status = 'draft' where project_id::text like '%f3' $$,
             array['its status is draft, and its last event says estimating 1'],
             'another status is found'),
            ($$ update app.projects set status = 'draft' where project_id::text like '%f3';
                select pg_temp.evident('unlogged', '{"position": 99, "status": "draft"}') $$,
             '{}', 'a status that the evidence knows from before it began is none'),
            ($$ update app.projects set status = 'draft' where project_id::text like '%f3';
                select pg_temp.evident('unlogged', '{"position": 99, "payloads": {}}') $$,
             array['its status is draft, and its last event says estimating 1'],
             'evidence that says nothing of the status explains none'),
            ($$ update app.project_events set erased_at = now(), actor = '(erased)', data = '{}'
                 where project_id::text like '%f3' and position = 1;
                delete from app.project_events where project_id::text like '%f3' and position > 1;
                delete from app.project_payloads where project_id::text like '%f3' $$,
             '{}', 'an erased event contradicts nothing'),
            ($$ update app.project_events set erased_at = now(), actor = '(erased)', data = '{}'
                 where project_id::text like '%f3' and position = 1;
                delete from app.project_events where project_id::text like '%f3' and position > 1;
                delete from app.project_payloads where project_id::text like '%f3';
                select pg_temp.evident('erasure', '{"status": "draft"}') $$,
             array['its status is estimating, and its last event says draft 1'],
             'of an erased event the evidence keeps the status'),
            ($$ delete from app.project_events
                 where project_id::text like '%f3' and event_type = 'project.created';
                select pg_temp.evident('unlogged', '{"position": 99, "exists": true}') $$,
             '{}', 'a project that the evidence knows needs no event of its creation'),
            ($$ delete from app.project_events
                 where project_id::text like '%f3' and event_type = 'project.created';
                select pg_temp.evident('unlogged', '{"position": 99, "payloads": {}}') $$,
             array['no event records its creation 1'],
             'evidence that does not say that a project exists does not explain it'),
            ($$ delete from app.projects where project_id::text like '%f3';
                select pg_temp.evident('unlogged', '{"position": 99, "gone": true}') $$,
             '{}', 'a project that was gone when the evidence began needs no event of it'),
            ($$ delete from app.projects where project_id::text like '%f3';
                select pg_temp.evident('unlogged', '{"position": 99, "payloads": {}}') $$,
             array['it is gone, and no event records it 1'],
             'evidence that does not say that a project is gone does not explain it'),
            ($$ delete from app.project_events where project_id::text like '%f3' and position > 1;
                update app.project_events set event_type = 'user.data_deleted', data = '{}'
                 where project_id::text like '%f3';
                delete from app.projects where project_id::text like '%f3' $$,
             '{}', 'a deletion may be all that is recorded'),
            ($$ insert into app.project_payloads (account_id, project_id, module, config)
                values (pg_temp.ana(), '0194f3c0-0000-7000-8000-0000000000f3',
                        'signage.two_pole.direct_burial', '{}');
                select pg_temp.evident('unlogged', (
                    select jsonb_build_object(
                               'position', 0,
                               'payloads', jsonb_build_object(d.payload_id, d.sha256)
                           )
                      from app.project_payloads as d
                     where d.project_id::text like '%f3' and d.module = 'signage.two_pole.direct_burial'
                )) $$,
             '{}', 'a design that the evidence knows needs no event'),
            ($$ delete from app.project_payloads where project_id::text like '%f3';
                select pg_temp.evident('unlogged',
                    '{"position": 99, "missing": ["0194f3c0-0000-7000-8000-0000000000f4"]}') $$,
             '{}', 'a design that was gone when the evidence began needs no event'),
            ($$ delete from app.project_payloads where project_id::text like '%f3';
                select pg_temp.evident('unlogged',
                    '{"position": 1, "missing": ["0194f3c0-0000-7000-8000-0000000000f4"]}') $$,
             array['design 0194f3c0-0000-7000-8000-0000000000f4 was saved, and is gone 1'],
             'evidence explains nothing of what was saved later'),
            ($$ insert into app.retired_events
                    (account_id, project_id, first_position, last_position, last_sha256, partition)
                select e.account_id, e.project_id, 1, max(e.position), sha256(''), 'app.old'
                  from app.project_events as e
                 where e.project_id::text like '%f3'
                 group by e.account_id, e.project_id;
                delete from app.project_events where project_id::text like '%f3' $$,
             '{}', 'a project whose events are retired is not contradicted'),
            ($$ insert into app.retired_events
                    (account_id, project_id, first_position, last_position, last_sha256, partition)
                select e.account_id, e.project_id, 1, max(e.position), sha256(''), 'app.old'
                  from app.project_events as e
                 where e.project_id::text like '%f3'
                 group by e.account_id, e.project_id;
                delete from app.project_events where project_id::text like '%f3';
                delete from app.projects where project_id::text like '%f3' $$,
             '{}', 'the deletion of a project may have been retired, too'),
            ($$ update ops.evidence set content = '{"n": 1}' where position = 1 $$,
             array['was changed 1'],
             'evidence that was changed is found'),
            ($$ delete from ops.evidence $$,
             array['has no beginning 1'],
             'evidence that is gone is found'),
            ($$ insert into ops.retired_partitions
                    (partition, relation, starts_at, ends_at, action, row_count)
                values ('app.old', 'app.project_events', '2001-01-01', '2001-02-01', 'drop', 0) $$,
             array['the record of its retirement is not that of the evidence 1'],
             'a retirement that the evidence does not know is found')
       ) as planted (tampering, problems, what);

select * from finish();
rollback;
