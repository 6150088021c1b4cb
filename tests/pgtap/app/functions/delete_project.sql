begin;
select plan(15);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.delete_project'),
    '(account_id uuid, project_id uuid, etag uuid, actor text) returns app.projects, volatile,'
    ' security definer',
    'a project is deleted under its etag by an actor'
);

set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.delete_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana'
       ) $$,
    '42501', 'permission denied for function delete_project',
    'a reader deletes no project'
);
set local role eagle_application;
select throws_ok(
    'delete from app.projects', '42501', 'permission denied for table projects',
    'nobody deletes from the table'
);
select throws_ok(
    'lock table app.projects in access exclusive mode',
    '42501', 'permission denied for table projects',
    'and so nobody locks it'
);
select throws_ok(
    $$ select app.delete_project(
           pg_temp.bob(), pg_temp.bob_project(), pg_temp.bob_etag(), 'ana'
       ) $$,
    'ES005', 'the transaction is not set to this account',
    'a project of another account is not deleted'
);
select throws_ok(
    $$ select app.delete_project(
           pg_temp.ana(), pg_temp.bob_project(), pg_temp.bob_etag(), 'ana'
       ) $$,
    'P0002', 'there is no project b1000000-0000-7000-8000-000000000000 in this account',
    'nor under the account of the transaction: it looks as if it were not there'
);
select throws_ok(
    format('select app.delete_project(pg_temp.ana(), pg_temp.ana_project(), %L, ''ana'')', etag),
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    format('a deletion under %s is refused', what)
)
  from (values
            ('be000000-0000-4000-8000-000000000000', 'a stale etag'),
            (null, 'no etag')
       ) as given (etag, what);
select throws_ok(
    $$ select app.delete_project(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), repeat('x', 256)
       ) $$,
    '22023', 'length of actor must be from 0 to 255',
    'an actor has at most 255 characters'
);
select is(
    (
        select p.name
          from app.delete_project(
                   pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'cara@example.com'
               ) as p
    ),
    'Harbour sign',
    'the deleted project is returned'
);
select is_empty('select * from app.projects', 'it is gone');
select is_empty('select * from app.project_payloads', 'its payloads are gone with it');
select results_eq(
    $$ select event_type::text, actor, data
         from app.project_events
        order by position desc
        limit 1 $$,
    $$ values ('user.data_deleted', 'cara@example.com', '{"deleted": "project"}'::jsonb) $$,
    'the deletion is recorded with the actor'
);

select app.begin_work(pg_temp.bob(), 'dan@example.com');
select lives_ok(
    'select app.delete_project(pg_temp.bob(), pg_temp.bob_project(), pg_temp.bob_etag(), null)',
    'a project is deleted without an actor'
);
select is(
    (select e.actor from app.project_events as e order by e.position desc limit 1),
    'dan@example.com',
    'it is that of the transaction'
);

select * from finish();
rollback;
