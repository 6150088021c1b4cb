begin;
select plan(16);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.put_payload'),
    '(account_id uuid, project_id uuid, module app.project_module, config jsonb,'
    ' files jsonb DEFAULT ''[]''::jsonb, cost_snapshot jsonb DEFAULT ''{}''::jsonb,'
    ' actor text DEFAULT NULL::text) returns TABLE(payload app.project_payloads, is_new boolean),'
    ' volatile, security invoker',
    'a design is saved with what is known of it'
);
create function pg_temp.put(config jsonb, actor text default null)
    returns table (payload app.project_payloads, is_new boolean)
begin atomic
    select put.payload, put.is_new
      from app.put_payload(
               pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial', config,
               actor => actor
           ) as put;
end;
set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select pg_temp.put('{}') $$, '42501', 'permission denied for function put_payload',
    'a reader saves no design'
);
set local role eagle_application;
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select pg_temp.put('{}') $$, 'ES005', 'the transaction is not set to this account',
    'nor is one saved in another account than that of the transaction'
);
select app.begin_work(pg_temp.ana(), 'dan@example.com');
select row_eq(
    $$ select (put.payload).files, (put.payload).cost_snapshot, put.is_new
         from pg_temp.put('{"height_ft": 25}') as put $$,
    row ('[]'::jsonb, '{}'::jsonb, true),
    'a design without files and costs is new'
);
select results_eq(
    $$ select put.is_new
         from (values ('{"height_ft": 25.0}'::jsonb), ('{"height_ft": 25.00}'),
                      ('{"height_ft": 2.5e1}')) as design (config)
        cross join lateral pg_temp.put(design.config) as put $$,
    array[false, false, false],
    'the same one in another spelling is found'
);
select is(
    (select count(*) from app.project_payloads as p
      where p.module = 'signage.two_pole.direct_burial'),
    1::bigint,
    'and stored once'
);
select results_eq(
    $$ select e.actor from app.project_events as e
        where e.event_type = 'payload.saved' order by e.occurred_at $$,
    array['ana@example.com', 'dan@example.com'],
    'a design that was the newest already is not recorded again; the transaction''s actor saved it'
);
select is(
    (select put.is_new from pg_temp.put('{"height_ft": 30}', 'cara@example.com') as put), true,
    'another design is new'
);
select row_eq(
    $$ select put.is_new, (put.payload).config, (put.payload).created_at > now()
         from pg_temp.put('{"height_ft": 25.0}') as put $$,
    row (false, '{"height_ft": 25}'::jsonb, true),
    'a design that was saved before is found, and the newest again'
);
select is(
    (select l.config
       from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project()) as l
      where l.module = 'signage.two_pole.direct_burial'),
    '{"height_ft": 25}',
    'it is the one that counts'
);
select is(
    (select e.actor from app.project_events as e order by e.position desc limit 1),
    'cara@example.com',
    'an actor that was named acts for the rest of the transaction'
);
select row_eq(
    $$ select (put.payload).files, (put.payload).cost_snapshot, put.is_new
         from app.put_payload(
                  pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
                  '{"height_ft": 25}', null, null
              ) as put $$,
    row ('[]'::jsonb, '{}'::jsonb, false),
    'null files and costs are none'
);
select throws_ok(
    format(
        'select app.put_payload(pg_temp.ana(), pg_temp.ana_project(),'
        ' ''signage.two_pole.direct_burial'', %L, %L, %L)',
        wrong.config, wrong.files, wrong.cost_snapshot
    ),
    '23514',
    'config, files or cost_snapshot is longer than 65536 bytes, has a number over 1e100 or over 50'
    ' levels',
    format('%s of 65,537 bytes is refused', wrong.what)
)
  from (select repeat('x', 65537 - length('{"x": ""}')) as x) as long
 cross join lateral (values
           ('a config', jsonb_build_object('x', x), '[]'::jsonb, '{}'::jsonb),
           ('a list of files', '{}', jsonb_build_array(x || repeat('x', length('"x": '))), '{}'),
           ('a cost snapshot', '{}', '[]', jsonb_build_object('x', x))
       ) as wrong (what, config, files, cost_snapshot);
select throws_ok(
    $$ select pg_temp.put('{}', repeat('x', 256)) $$,
    '22023', 'length of actor must be from 0 to 255',
    'an actor has at most 255 characters'
);

select * from finish();
rollback;
