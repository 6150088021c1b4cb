begin;
select plan(4);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.normalize_payload'), '() returns trigger, volatile, security invoker',
    'numbers of a payload are spelled alike in a trigger'
);
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local app.actor = 'ana@example.com';
insert into app.project_payloads (account_id, project_id, module, config, files, cost_snapshot)
values (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
        '{"height_ft": 25.00}', '[{"pages": 2.0}]', '{"total_usd": 4200.10}');
select row_eq(
    $$ select p.config::text, p.files::text, p.cost_snapshot::text
         from app.project_payloads as p
        where p.module = 'signage.two_pole.direct_burial' $$,
    row ('{"height_ft": 25}'::text, '[{"pages": 2}]'::text, '{"total_usd": 4200.1}'::text),
    'config, files and costs are stored in the shortest spelling of their numbers'
);
select is(
    (select p.sha256 from app.project_payloads as p
      where p.module = 'signage.two_pole.direct_burial'),
    app.snapshot_sha256('{"height_ft": 25}', '[{"pages": 2}]', '{"total_usd": 4200.1}'),
    'and hashed in it'
);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
               '{"height_ft": 25.0}'),
              (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
               '{"height_ft": 25.000}') $$,
    '23505', null,
    'so that equal designs are stored once'
);

select * from finish();
rollback;
