begin;
select plan(24);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.save_payload'),
    '(account_id uuid, project_id uuid, module app.project_module, config jsonb,'
    ' files jsonb DEFAULT ''[]''::jsonb, cost_snapshot jsonb DEFAULT ''{}''::jsonb,'
    ' actor text DEFAULT NULL::text) returns app.project_payloads, volatile, security invoker',
    'a design is saved with its config, files and costs, by an actor'
);

create function pg_temp.save(height_ft integer, actor text default 'cara@example.com')
    returns app.project_payloads
begin atomic
    select (app.save_payload(
        account_id    => pg_temp.ana(),
        project_id    => pg_temp.ana_project(),
        module        => 'signage.single_pole.base_plate',
        config        => jsonb_build_object('height_ft', height_ft, 'material', 'A500 Gr C'),
        files         => '[]',
        cost_snapshot => '{}',
        actor         => actor
    )).*;
end;

set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select pg_temp.save(25)', '42501', 'permission denied for function save_payload',
    'a reader saves no design'
);
set local role eagle_application;
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select pg_temp.save(25)',
    'ES005', 'the transaction is not set to this account',
    'a design is not saved in another account than that of the transaction'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.save_payload(
           pg_temp.ana(), pg_temp.bob_project(), 'signage.single_pole.base_plate',
           '{}', '[]', '{}', 'cara'
       ) $$,
    '23503', null,
    'a design is not saved for a project that the account does not have'
);

select row_eq(
    $$ select count(*), count(distinct p.payload_id)
         from (select (pg_temp.save(25)).payload_id
                union all
               select payload_id from app.project_payloads) as p $$,
    row (2::bigint, 1::bigint),
    'saving the newest snapshot again gives the payload that is there'
);
select results_eq(
    'select max(position) from app.project_events', array[2::bigint],
    'saving the newest snapshot again is not recorded'
);

select results_eq(
    $$ select p.sha256 = app.snapshot_sha256(p.config, p.files, p.cost_snapshot), p.config
         from pg_temp.save(30) as p $$,
    $$ values (true, '{"height_ft": 30, "material": "A500 Gr C"}'::jsonb) $$,
    'a new snapshot is stored with the hash of its content'
);
select results_eq(
    'select config ->> ''height_ft'' from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project())',
    array['30'],
    'the snapshot saved last is the newest'
);
select results_eq(
    'select (pg_temp.save(25, ''dan@example.com'')).config ->> ''height_ft''', array['25'],
    'an earlier snapshot is saved again'
);
select results_eq(
    'select config ->> ''height_ft'' from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project())',
    array['25'],
    'an earlier snapshot that is saved again becomes the newest again'
);
select results_eq(
    'select count(*) from app.project_payloads', array[2::bigint],
    'no snapshot is stored twice'
);
select results_eq(
    $$ select event_type::text, actor from app.project_events where position > 2 order by position $$,
    $$ values ('payload.saved', 'cara@example.com'), ('payload.saved', 'dan@example.com') $$,
    'each save that changes what is newest is recorded with its actor'
);

select lives_ok(
    $$ select app.save_payload(
           pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
           '{"height_ft": 25, "material": "A500 Gr C"}', '[]', '{}', 'cara'
       ) $$,
    'the same snapshot may be saved for another module'
);
select results_eq(
    $$ select module::text from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project()) $$,
    array['signage.single_pole.base_plate', 'signage.two_pole.direct_burial'],
    'each module has its newest snapshot'
);

reset role;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.save_payload(
           pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate',
           jsonb_build_object('x', repeat('x', 70000)), '[]', '{}', 'ana'
       ) $$,
    '23514',
    'config, files or cost_snapshot is longer than 65536 bytes, has a number over 1e100 or over 50'
    ' levels',
    'each part of a design has at most 65,536 bytes'
);
select throws_ok(
    $$ select app.save_payload(
           pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate',
           '{}', '[]', '{"total_usd": 1e101}', 'ana'
       ) $$,
    '23514', null,
    'a number that would fill a page when it is written is refused'
);

select lives_ok(
    format(
        $q$ select app.save_payload(
                pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate',
                %s, %s, %s, 'ana'
            ) $q$,
        given.config, given.files, given.cost_snapshot
    ),
    format('a design with %s of 65,536 bytes is saved', given.what)
)
  from (values
            ($v$ jsonb_build_object('x', repeat('x', 65536 - 9)) $v$, $v$ '[]' $v$, $v$ '{}' $v$, 'a config'),
            ($v$ '{}' $v$, $v$ jsonb_build_array(repeat('x', 65536 - 4)) $v$, $v$ '{}' $v$, 'files'),
            ($v$ '{}' $v$, $v$ '[]' $v$, $v$ jsonb_build_object('x', repeat('x', 65536 - 9)) $v$, 'costs')
       ) as given (config, files, cost_snapshot, what);
select throws_ok(
    format(
        $q$ select app.save_payload(
                pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate',
                %s, %s, %s, 'ana'
            ) $q$,
        given.config, given.files, given.cost_snapshot
    ),
    '23514',
    'config, files or cost_snapshot is longer than 65536 bytes, has a number over 1e100 or over 50'
    ' levels',
    format('one with %s of one byte more is not', given.what)
)
  from (values
            ($v$ jsonb_build_object('x', repeat('x', 65537 - 9)) $v$, $v$ '[]' $v$, $v$ '{}' $v$, 'a config'),
            ($v$ '{}' $v$, $v$ jsonb_build_array(repeat('x', 65537 - 4)) $v$, $v$ '{}' $v$, 'files'),
            ($v$ '{}' $v$, $v$ '[]' $v$, $v$ jsonb_build_object('x', repeat('x', 65537 - 9)) $v$, 'costs')
       ) as given (config, files, cost_snapshot, what);
select throws_ok(
    format(
        $q$ select app.save_payload(
                pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate',
                '{"long": true}', '[]', '{}', repeat('x', %s)
            ) $q$,
        given.length
    ),
    '22023', given.said, format('an actor of %s characters saves nothing', given.length)
)
  from (values
            (255, 'an actor is one line of at most 200 characters'),
            (256, 'length of actor must be from 0 to 255')
       ) as given (length, said);

select * from finish();
rollback;
