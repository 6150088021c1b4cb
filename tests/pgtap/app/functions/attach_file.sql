begin;
select plan(21);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.attach_file'),
    '(account_id uuid, project_id uuid, module app.project_module, file jsonb,'
    ' actor text DEFAULT NULL::text) returns TABLE(payload app.project_payloads, is_new boolean),'
    ' volatile, security invoker',
    'a file is attached to a design of a project'
);
create function pg_temp.attach(file jsonb, actor text default 'cara@example.com')
    returns table (payload app.project_payloads, is_new boolean)
begin atomic
    select a.payload, a.is_new
      from app.attach_file(
               pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate', file, actor
           ) as a;
end;
set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select pg_temp.attach('{"name": "x"}') $$,
    '42501', 'permission denied for function attach_file', 'a reader attaches no file'
);
set local role eagle_application;
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select pg_temp.attach('{"name": "x"}') $$,
    'ES005', 'the transaction is not set to this account',
    'nor is one attached in another account than that of the transaction'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    format('select pg_temp.attach(%L)', wrong.file),
    '22023', 'a file is a JSON object of at most 16384 bytes with a name of 1 to 200 characters',
    format('a file is not %s', coalesce(left(wrong.file::text, 30), 'left out'))
)
  from unnest(array[
           null, '[]', '"x.pdf"', '{}', '{"name": 5}', '{"name": null}', '{"name": ""}',
           jsonb_build_object('name', repeat('x', 201)),
           jsonb_build_object(
               'name', 'x', 'b', repeat('x', 16385 - length('{"b": "", "name": "x"}'))
           )
       ]::jsonb[]) as wrong (file);
select throws_ok(
    $$ select app.attach_file(
           pg_temp.ana(), given.project_id, given.module, '{"name": "x.pdf"}'
       )
         from (values ($$ || quote_literal(given.project_id) || $$::uuid,
                       $$ || quote_literal(given.module) || $$::app.project_module)
              ) as given (project_id, module) $$,
    'P0002',
    format('there is no design %s of a project %s in this account', given.module, given.project_id),
    given.what
)
  from (values
            (pg_temp.bob_project(), 'signage.single_pole.base_plate',
             'no file is attached to a project that the account does not have'),
            (pg_temp.ana_project(), 'signage.two_pole.direct_burial', 'nor to no design')
       ) as given (project_id, module, what);
select row_eq(
    $$ select (a.payload).config, (a.payload).files, a.is_new
         from pg_temp.attach(jsonb_build_object('name', repeat('x', 200))) as a $$,
    row ('{"height_ft": 25, "material": "A500 Gr C"}'::jsonb,
         jsonb_build_array(jsonb_build_object('name', repeat('x', 200))), true),
    'the design with the file is a new snapshot'
);
select row_eq(
    $$ select jsonb_array_length((a.payload).files), a.is_new
         from pg_temp.attach('{"name": "b.pdf", "pages": 2}', null) as a $$,
    row (2, true),
    'another file comes after it'
);
select row_eq(
    $$ select jsonb_array_length((a.payload).files), a.is_new
         from pg_temp.attach('{"name": "b.pdf", "pages": 2.0}') as a $$,
    row (2, false),
    'a file that the design has is not attached again'
);
select throws_ok(
    $$ select pg_temp.attach('{"name": "b.pdf", "pages": 2}', repeat('x', 256)) $$,
    '22023', 'length of actor must be from 0 to 255',
    'an actor has at most 255 characters, also where nothing is attached'
);
select row_eq(
    $$ select jsonb_array_length((a.payload).files), a.is_new
         from pg_temp.attach(jsonb_build_object(
                  'name', 'x', 'b', repeat('x', 16384 - length('{"b": "", "name": "x"}'))
              )) as a $$,
    row (3, true),
    'a file of 16,384 bytes with a name of one character is'
);
select results_eq(
    $$ select e.actor, e.data ->> 'name', e.data ->> 'module',
              (e.data ->> 'payload_id')::uuid in (select payload_id from app.project_payloads)
         from app.project_events as e
        where e.event_type = 'file.attached'
        order by e.position $$,
    $$ values
        ('cara@example.com', repeat('x', 200), 'signage.single_pole.base_plate', true),
        ('cara@example.com', 'b.pdf', 'signage.single_pole.base_plate', true),
        ('cara@example.com', 'x', 'signage.single_pole.base_plate', true) $$,
    'each file that was attached is recorded with its design'
);
select is(
    (select count(*) from app.project_payloads), 4::bigint, 'the designs before are as they were'
);

select * from finish();
rollback;
