begin;
select plan(11);
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
    'ES005', 'the transaction is not set to this account',
    'no event is appended in another account than that of the transaction'
);
select throws_ok(
    $$ select app.append_event(pg_temp.ana(), pg_temp.bob_project(), 'file.attached', 'ana') $$,
    '23503', 'there is no project b1000000-0000-7000-8000-000000000000 to record an event of',
    'no event is appended to a project that the account does not have'
);
select throws_ok(
    $$ select app.append_event(pg_temp.ana(), pg_temp.ana_project(), 'file.attached', '') $$,
    'ES008', 'an event needs an actor',
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

reset role;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.append_event(
           pg_temp.ana(), pg_temp.ana_project(), 'file.attached', repeat('x', 256)
       ) $$,
    '22023', 'length of actor must be from 0 to 255',
    'an actor has at most 255 characters'
);
select throws_ok(
    $$ select app.append_event(
           pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana',
           jsonb_build_object('x', repeat('x', 20000))
       ) $$,
    '22023', 'data is longer than 16384 bytes, has a number over 1e100 or over 50 levels',
    'what else is known has at most 16,384 bytes'
);

select lives_ok(
    $$ select app.append_event(
           pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana',
           jsonb_build_object('x', repeat('x', 16384 - length('{"x": ""}')))
       ) $$,
    'data of 16,384 bytes is not too long'
);
select throws_ok(
    $$ select app.append_event(
           pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana',
           jsonb_build_object('x', repeat('x', 16385 - length('{"x": ""}')))
       ) $$,
    '22023', null,
    'data of one byte more is'
);

select * from finish();
rollback;
