begin;
select plan(12);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.create_project'),
    '(account_id uuid, name text, actor text DEFAULT NULL::text, customer text DEFAULT NULL::text,'
    ' description text DEFAULT NULL::text, site_name text DEFAULT NULL::text,'
    ' street text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)'
    ' returns app.projects, volatile, security invoker',
    'a project is created from its account and name, and what else is known'
);

set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.create_project(pg_temp.ana(), 'Sign', 'ana') $$,
    '42501', 'permission denied for function create_project',
    'a reader creates no project'
);
set local role eagle_application;
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.create_project(pg_temp.ana(), 'Sign', 'bob') $$,
    'ES005', 'the transaction is not set to this account',
    'a project is not created in another account than that of the transaction'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.create_project(pg_temp.ana(), ' ', 'ana') $$,
    '23514', 'new row for relation "projects" violates check constraint "projects_name_check"',
    'a project is not created without a name'
);
select row_eq(
    $$ select p.created_by, p.updated_by from app.create_project(pg_temp.ana(), 'Sign') as p $$,
    row ('ana@example.com'::text, 'ana@example.com'::text),
    'without an actor, that of the transaction creates a project'
);
select is(
    (app.create_project(pg_temp.ana(), 'Sign', idempotency_key => 'k1')).project_id,
    (app.create_project(pg_temp.ana(), 'Sign', idempotency_key => 'k1')).project_id,
    'a creation that is repeated under its key finds the project'
);
select row_eq(
    $$ select p.name, p.customer, p.description, p.site_name, p.street, p.created_by
         from app.create_project(
                  pg_temp.ana(), 'Key sign', 'cara', 'Port', 'Two faces', 'Pier 10', '14 Quay St', 'k2'
              ) as p $$,
    row ('Key sign'::text, 'Port'::text, 'Two faces'::text, 'Pier 10'::text, '14 Quay St'::text,
         'cara'::text),
    'a project under a key holds what was given'
);
select throws_ok(
    $$ select app.create_project(pg_temp.ana(), 'Another', idempotency_key => 'k1') $$,
    'ES009', 'the idempotency key was used for other projects',
    'under the key of one project another one is not created'
);
set local app.actor = '';
select throws_ok(
    $$ select app.create_project(pg_temp.ana(), 'Sign', null) $$,
    'ES008', 'an event needs an actor',
    'a project is not created by nobody'
);

select row_eq(
    $$ select p.account_id, p.name, p.customer, p.description, p.site_name, p.street,
              p.status::text, p.created_by, p.updated_by,
              p.created_at = now(), p.updated_at = now(), p.confidence
         from app.create_project(
                  account_id  => pg_temp.ana(),
                  name        => 'Pier sign',
                  actor       => 'ana@example.com',
                  customer    => 'Port',
                  description => 'Two faces',
                  site_name   => 'Pier 10',
                  street      => '14 Quay St'
              ) as p $$,
    row (
        pg_temp.ana(), 'Pier sign'::text, 'Port'::text, 'Two faces'::text, 'Pier 10'::text,
        '14 Quay St'::text, 'draft'::text, 'ana@example.com'::text, 'ana@example.com'::text,
        true, true, null::double precision
    ),
    'a new project is a draft that holds what was given, made now by its actor'
);
select results_eq(
    $$ select e.position, e.event_type::text, e.actor, e.data
         from app.projects as p
         join app.project_events as e using (account_id, project_id)
        where p.name = 'Pier sign' $$,
    $$ values (1::bigint, 'project.created', 'ana@example.com', '{"status": "draft"}'::jsonb) $$,
    'the creation of a project is its first event'
);
select isnt(
    (app.create_project(pg_temp.ana(), 'Twin', 'ana')).etag,
    (app.create_project(pg_temp.ana(), 'Twin', 'ana')).etag,
    'projects alike in all that was given have etags of their own'
);

select * from finish();
rollback;
