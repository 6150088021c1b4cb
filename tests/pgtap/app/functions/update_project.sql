begin;
select plan(36);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.update_project'),
    '(account_id uuid, project_id uuid, etag uuid, actor text, changes jsonb)'
    ' returns app.projects, volatile, security invoker',
    'a project is changed under its etag by an actor'
);

set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana', '{"name": "Mine"}'
       ) $$,
    '42501', 'permission denied for function update_project',
    'a reader changes no project'
);

set local role eagle_application;
select throws_ok(
    $$ select app.update_project(
           pg_temp.bob(), pg_temp.bob_project(), pg_temp.bob_etag(), 'ana', '{"name": "Mine"}'
       ) $$,
    'ES005', 'the transaction is not set to this account',
    'a project of another account cannot be changed'
);
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.bob_project(), pg_temp.bob_etag(), 'ana', '{"name": "Mine"}'
       ) $$,
    'P0002', 'there is no project b1000000-0000-7000-8000-000000000000 in this account',
    'a project that the account does not have cannot be changed'
);
select is(
    (pg_temp.error_of($$
        select app.update_project(
            pg_temp.ana(), pg_temp.bob_project(), pg_temp.bob_etag(), 'ana', '{}'
        )
    $$)).hint,
    'Check the project and the account that the transaction is set to.',
    'the refusal tells what to check'
);
select throws_ok(
    format(
        'select app.update_project(pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(),'
        ' ''ana'', %L)',
        wrong.changes
    ),
    '22023', 'changes must be a JSON object',
    format('changes are not %s', coalesce(wrong.changes, 'left out'))
)
  from unnest(array['[]', '"name"', 'null', null]) as wrong (changes);
select throws_ok(
    format(
        'select app.update_project(pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(),'
        ' ''ana'', jsonb_build_object(%L, ''x''))',
        wrong.name
    ),
    '22023', format('%L is not a column that a change can set', wrong.name),
    format('a change does not set %s', wrong.name)
)
  from unnest(array[
           'account_id', 'project_id', 'status', 'created_by', 'updated_by', 'created_at',
           'updated_at', 'etag', 'NAME', 'name = ''x''; --'
       ]) as wrong (name);
select is(
    (pg_temp.error_of($$
        select app.update_project(
            pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana', '{"status": "draft"}'
        )
    $$)).hint,
    'Columns that can be set: name, customer, description, site_name, street,'
    ' constants_version, content_sha256, confidence.',
    'the refusal names the columns that a change can set'
);
select throws_ok(
    format(
        'select app.update_project(pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(),'
        ' ''ana'', %L)',
        wrong.changes
    ),
    wrong.code, null,
    wrong.what
)
  from (values
            ('{"confidence": 1.5}', '23514', 'a change does not set a confidence over 1'),
            ('{"confidence": "high"}', '22P02', 'a change does not set a confidence in words'),
            ('{"name": null}', '23502', 'a change does not take the name away')
       ) as wrong (changes, code, what);

-- Two readers of the same etag: the second is told.
select row_eq(
    $$ select p.name, p.customer, p.street, p.constants_version, p.confidence,
              p.etag <> pg_temp.ana_etag(), p.updated_by, p.created_by, p.updated_at = now()
         from app.update_project(
                  account_id => pg_temp.ana(),
                  project_id => pg_temp.ana_project(),
                  etag       => pg_temp.ana_etag(),
                  actor      => 'cara@example.com',
                  changes    => '{"name": "Pier sign", "street": null, "confidence": 0.25,
                                  "constants_version": ["footing_v1"]}'
              ) as p $$,
    row (
        'Pier sign'::text, 'Ana''s Diner'::text, null::text, array['footing_v1'],
        0.25::double precision, true, 'cara@example.com'::text, 'ana@example.com'::text, true
    ),
    'a change sets the given columns, clears those given as null, leaves the rest, renews the etag'
);
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'dan', '{"name": "Late"}'
       ) $$,
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'a change under a stale etag is refused'
);
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), null, 'dan', '{"name": "Late"}'
       ) $$,
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'a change without an etag is refused'
);
select is(
    (select name from app.projects), 'Pier sign',
    'a refused change changes nothing'
);
select row_eq(
    $$ select p.etag = known.etag, p.updated_by, p.updated_at = known.updated_at
         from app.projects as known
        cross join lateral app.update_project(
                  known.account_id, known.project_id, known.etag, 'dan',
                  '{"name": "Pier sign", "confidence": 0.25, "street": null}'
              ) as p $$,
    row (true, 'cara@example.com'::text, true),
    'a change that changes nothing leaves etag, time and who changed it last as they are'
);
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'dan', '{"name": "Pier sign"}'
       ) $$,
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'under a stale etag it is refused all the same'
);
select results_eq(
    $$ select e.event_type::text, e.actor, e.data
         from app.project_events as e
        where e.position > 2 $$,
    $$ values ('project.updated', 'cara@example.com',
               '{"columns": ["confidence", "constants_version", "name", "street"]}'::jsonb) $$,
    'the event of a change names its actor and the columns, not their values'
);

set local app.actor = 'eve@example.com';
select is(
    (select p.updated_by
       from app.projects as known
      cross join lateral app.update_project(
                known.account_id, known.project_id, known.etag, null, '{"name": "Quay sign"}'
            ) as p),
    'eve@example.com',
    'without an actor, that of the transaction changes a project'
);
set local app.actor = '';
select throws_ok(
    $$ select app.update_project(p.account_id, p.project_id, p.etag, null, '{"name": "X"}')
         from app.projects as p $$,
    'ES008', 'an event needs an actor', 'nobody changes none'
);
reset role;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana', jsonb_build_object('x', repeat('x', 70000))
       ) $$,
    '22023', 'changes are longer than 65536 bytes, have a number over 1e100 or over 50 levels',
    'changes have at most 65,536 bytes'
);

select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana',
           jsonb_build_object('x', repeat('x', 65536 - 9))
       ) $$,
    '22023', '''x'' is not a column that a change can set',
    'those of 65,536 bytes are looked into'
);
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana',
           jsonb_build_object('x', repeat('x', 65537 - 9))
       ) $$,
    '22023', 'changes are longer than 65536 bytes, have a number over 1e100 or over 50 levels',
    'those of one byte more are not'
);

-- As if another session had deleted the row after it was read.
reset role;
create function pg_temp.nothing() returns trigger language plpgsql as 'begin return null; end';
create trigger a_deletion before update on app.projects
    for each row execute function pg_temp.nothing();
set local role eagle_application;
select throws_ok(
    $$ select app.update_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana', '{"name": "New"}'
       ) $$,
    'P0002', 'project a1000000-0000-7000-8000-000000000000 was deleted meanwhile',
    'a project that is deleted meanwhile is not changed'
);

select * from finish();
rollback;
