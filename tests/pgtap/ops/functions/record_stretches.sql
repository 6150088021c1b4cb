begin;
select plan(6);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.record_stretches'),
    '(partition text) returns bigint, volatile, security invoker',
    'what a partition holds of each chain is recorded by its name'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.record_stretches('app.project_events_y2001m02') $$,
    '42501', 'permission denied for function record_stretches',
    'an operator records this through ops.begin_retirement alone'
);
reset role;

-- An erasure falls into the old month, and a stretch of its own after the event of today.
select app.erase_events(pg_temp.bob(), pg_temp.bob_project(), 'privacy', 'request 1');
set local session_replication_role = replica;
update app.project_events
   set occurred_at = '2001-02-05' where account_id = pg_temp.bob() and position = 3;
set local session_replication_role = origin;
insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
values (pg_temp.ana(), pg_temp.ana_project(), 'report.generated', 'ana', '2001-02-06');

set local role eagle_owner;
select is(
    ops.record_stretches('app.project_events_y2001m02'), 4::bigint, 'all events are counted'
);
select results_eq(
    $$ select r.account_id, r.first_position, r.last_position, r.last_sha256, r.erased_positions,
              r.partition
         from app.retired_events as r
        order by r.account_id, r.first_position $$,
    $$ select e.account_id, v.first_position, e.position, e.sha256, v.erased_positions,
              'app.project_events_y2001m02'
         from (values
                   (pg_temp.ana(), 3::bigint, 4::bigint, '{}'::bigint[]),
                   (pg_temp.ana(), 6, 6, '{}'),
                   (pg_temp.bob(), 3, 3, '{1,2}')
              ) as v (account_id, first_position, last_position, erased_positions)
         join app.project_events as e
           on e.account_id = v.account_id
          and e.position = v.last_position
        order by e.account_id, e.position $$,
    'a stretch keeps its first and last place, its last hash and what its erasures emptied'
);
select is(
    ops.record_stretches('app.project_events_y2001m02'), 4::bigint,
    'recording again replaces the record'
);
select results_eq(
    'select count(*) from app.retired_events', array[3::bigint], 'no stretch is recorded twice'
);

select * from finish();
rollback;
