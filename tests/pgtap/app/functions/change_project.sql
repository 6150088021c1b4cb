begin;
select plan(18);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.change_project'), '() returns trigger, volatile, security invoker',
    'a changed project is checked in a trigger'
);

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    format('update app.projects set name = ''Late'', etag = %L', stale.etag),
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    format('a change that names %s is refused', stale.what)
)
  from (values (pg_temp.bob_etag(), 'another etag than the current one'), (null, 'no etag'))
       as stale (etag, what);
select results_eq(
    $$ select detail, hint, "table"
         from pg_temp.error_of('update app.projects set etag = pg_temp.bob_etag()') $$,
    $$ values (
           'The etag given is be000000-0000-4000-8000-000000000000,'
           ' the current one is ae000000-0000-4000-8000-000000000000.',
           'Read the project again and repeat the change on what it holds now.',
           'projects'
       ) $$,
    'the refusal of a stale etag names both, and what to do'
);
select results_eq(
    $$ update app.projects
          set name = 'Pier sign', etag = pg_temp.ana_etag()
    returning etag <> pg_temp.ana_etag(), updated_at = now() $$,
    $$ values (true, true) $$,
    'a change that names the current etag renews it'
);
select throws_ok(
    'update app.projects set name = ''Late'', etag = pg_temp.ana_etag()',
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'of two changes that name one etag the second is refused'
);
select isnt_empty(
    $$ with known as materialized (select etag, updated_at from app.projects),
            changed as (
                update app.projects as p
                   set name = p.name, etag = p.etag
                returning p.etag, p.updated_at
            )
       select from known, changed where known = changed $$,
    'a change that changes nothing leaves etag and time as they are'
);
select throws_ok(
    'update app.projects set etag = pg_temp.ana_etag()',
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'under a stale etag it is refused all the same'
);

select results_eq(
    $$ update app.projects set updated_by = ' dan ' returning updated_by $$, array['dan'],
    'who changed a project is written as its event has him'
);
select throws_ok(
    $$ update app.projects set updated_by = ' ' $$, 'ES008', 'an event needs an actor',
    'nobody changes no project'
);

-- Identity is kept even from those who have the right to write it.
reset role;
set local role eagle_owner;
select throws_ok(
    format('update app.projects set %I = %L where account_id = pg_temp.ana()', kept.name, kept.value),
    'ES006', 'the identity and origin of project a1000000-0000-7000-8000-000000000000 cannot change',
    format('the %s of a project does not change', kept.name)
)
  from (values
            ('account_id', 'b0000000-0000-7000-8000-000000000000'),
            ('project_id', 'a2000000-0000-7000-8000-000000000000'),
            ('created_by', 'dan@example.com'),
            ('created_at', '2020-01-01')
       ) as kept (name, value);
select results_eq(
    $$ select hint, "table"
         from pg_temp.error_of('update app.projects set created_by = ''dan@example.com''') $$,
    $$ values (
           'Leave account_id, project_id, created_by and created_at as they are.', 'projects'
       ) $$,
    'the refusal names the columns to leave alone'
);

-- A migration names nobody, and acts as the role that is logged in, or as it says.
set local app.actor = '';
select results_eq(
    $$ update app.projects set constants_version = '{footing_v1}'
        where account_id = pg_temp.ana() returning updated_by $$,
    array[session_user::text collate "default"],
    'a change by the owner that names nobody is not in the name of the user before'
);
set local app.actor = 'migration 0099';
select results_eq(
    $$ update app.projects set confidence = 0.5
        where account_id = pg_temp.ana() returning updated_by $$,
    array['migration 0099'],
    'the owner acts as the actor of the transaction, where there is one'
);

-- A clock that is set back does not make a project older than it was.
reset role;
set local session_replication_role = replica;
update app.projects set updated_at = '2100-01-01' where account_id = pg_temp.bob();
set local session_replication_role = origin;
select results_eq(
    $$ update app.projects set name = 'Oven sign'
        where account_id = pg_temp.bob() returning updated_at $$,
    array['2100-01-01 00:00:00+00'::timestamptz],
    'the time of the last change never goes back'
);

select * from finish();
rollback;
