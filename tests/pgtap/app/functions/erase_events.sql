begin;
select plan(20);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.erase_events'),
    '(account_id uuid, project_id uuid, actor text, reason text)'
    ' returns bigint, volatile, security definer',
    'events are erased by an actor, for a reason'
);
insert into app.projects (account_id, name, created_by, updated_by)
values (pg_temp.ana(), 'Another sign', 'ana', 'ana');
create temporary table recorded on commit drop as
select e.event_id, e.position, e.event_type, e.occurred_at, e.sha256
  from app.project_events as e
 where e.project_id = pg_temp.ana_project();

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.erase_events(pg_temp.ana(), pg_temp.ana_project(), 'ana', 'I wish') $$,
    '42501', 'permission denied for function erase_events',
    'the application does not erase events'
);
set local role eagle_auditor;
select throws_ok(
    $$ select app.erase_events(pg_temp.ana(), pg_temp.ana_project(), 'ana', 'I wish') $$,
    '42501', 'permission denied for function erase_events',
    'an auditor does not erase events'
);

set local role eagle_operator;
select throws_ok(
    $$ select app.erase_events(pg_temp.ana(), pg_temp.bob_project(), 'privacy', 'request 1') $$,
    'P0002', 'project b1000000-0000-7000-8000-000000000000 has no events in this account',
    'an erasure names the account that had the project'
);
select is(
    (pg_temp.error_of($$
        select app.erase_events(pg_temp.ana(), pg_temp.bob_project(), 'privacy', 'request 1')
    $$)).hint,
    'Check the account and the project.',
    'the refusal tells what to check'
);
select throws_ok(
    $$ select app.erase_events(pg_temp.ana(), pg_temp.ana_project(), '', 'request 1') $$,
    'ES008', 'an event needs an actor',
    'nobody erases nothing: an erasure has an actor'
);
select throws_ok(
    $$ select app.erase_events(
           pg_temp.ana(), pg_temp.ana_project(), 'privacy', repeat('x', 1001)
       ) $$,
    '54000', null, 'a reason names a request, and does not repeat it'
);
select is(
    app.erase_events(
        account_id => pg_temp.ana(),
        project_id => pg_temp.ana_project(),
        actor      => 'privacy@example.com',
        reason     => 'request 2026-114'
    ),
    2::bigint,
    'an erasure says how many events it emptied'
);
select throws_ok(
    'update app.project_events set actor = ''nobody''',
    '42501', 'permission denied for table project_events',
    'an operator who has erased cannot change events himself'
);

reset role;
select results_eq(
    $$ select e.event_id, e.position, e.event_type, e.occurred_at, e.sha256,
              e.actor, e.erased_at = now()
         from app.project_events as e
        where e.project_id = pg_temp.ana_project()
          and e.position <= 2
        order by e.position $$,
    $$ select r.event_id, r.position, r.event_type, r.occurred_at, r.sha256, '(erased)', true
         from recorded as r
        order by r.position $$,
    'a tombstone keeps key, place, type, time and hash of its event'
);
select is_empty(
    $$ select * from app.project_events
        where project_id = pg_temp.ana_project()
          and position <= 2
          and (actor || data::text) ~ 'ana@|draft|base_plate' $$,
    'a tombstone keeps nothing of who did what'
);
select results_eq(
    $$ select e.event_type::text, e.actor, e.data
         from app.project_events as e
        where e.project_id = pg_temp.ana_project()
          and e.position > 2 $$,
    $$ values ('user.data_deleted', 'privacy@example.com',
               jsonb_build_object('reason', 'request 2026-114', 'role', session_user,
                                  'erased_positions', '[1, 2]'::jsonb)) $$,
    'an erasure is an event that names its actor, who logged in, its reason and the places it emptied'
);
select results_eq(
    $$ select v.kind, v.subject, v.content
         from ops.evidence as v
        order by v.position desc
        limit 1 $$,
    $$ values ('erasure', pg_temp.ana() || '/' || pg_temp.ana_project(),
               jsonb_build_object('erased_at', extract(epoch from now()),
                                  'positions', '[1, 2]'::jsonb, 'status', 'draft')) $$,
    'an erasure is in the evidence, with its time and the places'
);
select is_empty(
    $$ select * from app.project_events
        where project_id <> pg_temp.ana_project()
          and erased_at is not null $$,
    'an erasure empties no event of another project'
);
select is_empty('select * from ops.verify_event_chain()', 'a chain with tombstones verifies');

-- Afterwards.
select is(
    app.erase_events(pg_temp.ana(), pg_temp.ana_project(), 'privacy@example.com', 'request 2026-114'),
    0::bigint,
    'an erasure done again empties nothing'
);
select results_eq(
    'select max(position) from app.project_events where project_id = pg_temp.ana_project()',
    array[3::bigint],
    'an erasure that empties nothing is not recorded, and keeps the record of the first'
);
select throws_ok(
    'update app.project_events set actor = ''nobody''',
    'ES003', 'events are immutable: update is refused',
    'after an erasure events are as immutable as before'
);
update app.projects set name = 'Pier sign' where project_id = pg_temp.ana_project();
delete from app.projects where project_id = pg_temp.ana_project();
select is(
    app.erase_events(pg_temp.ana(), pg_temp.ana_project(), 'privacy@example.com', 'request 2026-115'),
    2::bigint,
    'what was recorded since is erased by a further erasure, though the project is gone'
);
select is_empty('select * from ops.verify_event_chain()', 'a chain erased twice verifies');

select * from finish();
rollback;
