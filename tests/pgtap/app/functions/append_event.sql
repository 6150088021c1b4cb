begin;
select plan(7);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.append_event'),
    '(account_id uuid, project_id uuid, event_type app.project_event_type, actor text,'
    ' data jsonb DEFAULT ''{}''::jsonb) returns app.project_events, volatile, security invoker',
    'an event is appended with its type, actor and what else is known'
);

set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.append_event(pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    '42501', 'permission denied for function append_event',
    'a reader appends no event'
);
set local role eagle_application;
select throws_ok(
    $$ select app.append_event(pg_temp.bob(), pg_temp.bob_project(), 'file.attached', 'ana') $$,
    '42501', 'new row violates row-level security policy for table "project_events"',
    'no event is appended in another account than that of the transaction'
);
select throws_ok(
    $$ select app.append_event(pg_temp.ana(), pg_temp.bob_project(), 'file.attached', 'ana') $$,
    '23503', 'there is no project b1000000-0000-7000-8000-000000000000 to record an event of',
    'no event is appended to a project that the account does not have'
);
select throws_ok(
    $$ select app.append_event(pg_temp.ana(), pg_temp.ana_project(), 'file.attached', '') $$,
    'ES007', 'an event needs an actor',
    'no event is done by nobody'
);

select row_eq(
    $$ select e.account_id, e.project_id, e.event_type::text, e.actor, e.data, e.position,
              e.occurred_at between now() and clock_timestamp(), e.erased_at
         from app.append_event(
                  account_id => pg_temp.ana(),
                  project_id => pg_temp.ana_project(),
                  event_type => 'report.generated',
                  actor      => 'cara@example.com',
                  data       => '{"pages": 12}'
              ) as e $$,
    row (
        pg_temp.ana(), pg_temp.ana_project(), 'report.generated'::text, 'cara@example.com'::text,
        '{"pages": 12}'::jsonb, 3::bigint, true, null::timestamptz
    ),
    'an appended event occurs now and takes the next place of its project''s chain'
);
select results_eq(
    $$ select e.position, e.data
         from app.append_event(pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'cara') as e $$,
    $$ values (4::bigint, '{}'::jsonb) $$,
    'nothing else need be known of an event'
);

select * from finish();
rollback;
