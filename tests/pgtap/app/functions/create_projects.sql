begin;
select plan(29);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.create_projects'),
    '(account_id uuid, projects jsonb, actor text DEFAULT NULL::text,'
    ' idempotency_key text DEFAULT NULL::text) returns SETOF app.projects, volatile,'
    ' security definer',
    'projects are created from a list'
);
create function pg_temp.keyed(projects jsonb, key text) returns uuid[]
    return (
        select array_agg(p.project_id)
          from app.create_projects(pg_temp.ana(), projects, 'cara', key) as p
    );
create temporary table made (ids uuid[]) on commit drop;
grant all on made to public;
set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.create_projects(pg_temp.ana(), '[{"name": "A"}]') $$,
    '42501', 'permission denied for function create_projects', 'a reader creates none'
);
set local role eagle_application;
select throws_ok(
    $$ select app.create_projects(pg_temp.bob(), '[{"name": "A"}]') $$,
    'ES005', 'the transaction is not set to this account',
    'none is created in another account than that of the transaction'
);
select throws_ok(
    format('select app.create_projects(pg_temp.ana(), %L)', wrong.projects),
    wrong.code, wrong.message, wrong.what
)
  from (values
            (null, '22023', 'projects must be a JSON list of at most 16777216 bytes',
             'there is a list'),
            ('{"name": "A"}', '22023', 'projects must be a JSON list of at most 16777216 bytes',
             'one object is not a list'),
            (jsonb_build_array(repeat('x', 16777217 - length('[""]'))), '22023',
             'projects must be a JSON list of at most 16777216 bytes', 'a list has at most 16 MB'),
            ('[]', '22023', 'number of projects must be from 1 to 10000', 'a list has an item'),
            ((select jsonb_agg('{"name": "A"}'::jsonb) from generate_series(1, 10001)), '22023',
             'number of projects must be from 1 to 10000', 'a list has at most 10,000 items'),
            ('[{"name": "A"}, "B"]', '22023',
             'project 2 is not an object of columns that a creation sets', 'an item is an object'),
            ('[{"name": "A"}, {"name": "B"}, {"name": "C", "status": "draft"}, 5]', '22023',
             'project 3 is not an object of columns that a creation sets',
             'an item has no other columns, and the first wrong one is named'),
            ('[{"name": "A"}, {"customer": "B"}]', '23502', null, 'each project has a name'),
            ('[{"name": " "}]', '23514', null, 'which is a word')
       ) as wrong (projects, code, message, what);
select is(
    (pg_temp.error_of($$ select app.create_projects(pg_temp.ana(), '[5]') $$)).hint,
    'Its keys are: name, customer, description, site_name, street.',
    'the refusal names the columns'
);
select throws_ok(
    format($$ select app.create_projects(pg_temp.ana(), '[{"name": "A"}]', %L, %L) $$, actor, key),
    '22023', message, message
)
  from (values
            (repeat('x', 256), null, 'length of actor must be from 0 to 255'),
            ('ana', '', 'length of idempotency_key must be from 1 to 200'),
            ('ana', repeat('x', 201), 'length of idempotency_key must be from 1 to 200')
       ) as wrong (actor, key, message);
select is(
    (select count(*) from app.projects), 1::bigint, 'a call that is refused creates none'
);

select results_eq(
    $$ select p.name, p.customer, p.description, p.site_name, p.street, p.status::text,
              p.created_by, p.updated_by, p.updated_at = p.created_at
         from app.create_projects(
                  pg_temp.ana(),
                  '[{"name": "North", "customer": "Port", "description": "Two", "site_name": "Pier",
                     "street": "1 Quay St"}, {"name": "South"}, {"name": "East"}]'
              ) as p $$,
    $$ values
        ('North', 'Port', 'Two', 'Pier', '1 Quay St', 'draft', 'ana@example.com',
         'ana@example.com', true),
        ('South', null, null, null, null, 'draft', 'ana@example.com', 'ana@example.com', true),
        ('East', null, null, null, null, 'draft', 'ana@example.com', 'ana@example.com', true) $$,
    'projects are returned in the order given, created by the actor of the transaction'
);
select results_eq(
    $$ select p.name, extract(microseconds from p.created_at - now())::integer
         from app.projects as p
        where p.name in ('North', 'South', 'East')
        order by p.updated_at $$,
    $$ values ('North', 1), ('South', 2), ('East', 3) $$,
    'each is a microsecond later than the one before'
);
select results_eq(
    $$ select count(distinct e.project_id), min(e.position)
         from app.project_events as e
         join app.projects as p using (account_id, project_id)
        where p.name in ('North', 'South', 'East')
          and e.event_type = 'project.created' $$,
    $$ values (3::bigint, 1::bigint) $$,
    'the creation of each is its first event'
);

insert into made
select pg_temp.keyed('[{"name": "K1"}, {"name": "K2"}]', repeat('k', 200)) as ids;
select is(
    pg_temp.keyed('[{"name": "K1"}, {"name": "K2"}]', repeat('k', 200)), (select ids from made),
    'a call that is repeated under its key finds the projects of the first one'
);
select is(
    (select count(*) from app.projects as p where p.name like 'K_' and p.created_by = 'cara'),
    2::bigint,
    'and creates none'
);
select throws_ok(
    format('select pg_temp.keyed(%L, repeat(''k'', 200))', projects),
    'ES009', 'the idempotency key was used for other projects', what
)
  from (values
            ('[{"name": "K1"}]', 'under the key fewer projects are refused'),
            ('[{"name": "K1"}, {"name": "K2"}, {"name": "K3"}]', 'more are, too')
       ) as wrong (projects, what);
select is(
    (pg_temp.error_of(
        $$ select pg_temp.keyed('[{"name": "K1"}]', repeat('k', 200)) $$
    )).hint,
    'Repeat a call as it was; give another one a key of its own.',
    'the refusal tells what to do'
);
select app.delete_project(p.account_id, p.project_id, p.etag, 'cara')
  from app.projects as p
 where p.name = 'K1';
select is(
    pg_temp.keyed('[{"name": "K1"}, {"name": "K2"}]', repeat('k', 200)),
    (select ids[2:] from made),
    'a project that was deleted meanwhile is not created again'
);
select app.begin_work(pg_temp.bob(), 'bob');
select is(
    (select p.account_id
       from app.create_projects(pg_temp.bob(), '[{"name": "B"}]', null, repeat('k', 200)) as p),
    pg_temp.bob(),
    'a key of another account is another key'
);
set local app.actor = '';
select throws_ok(
    $$ select app.create_projects(pg_temp.bob(), '[{"name": "A"}]') $$,
    'ES008', 'an event needs an actor', 'nobody creates projects'
);
select throws_ok(
    $$ select app.create_projects(
           pg_temp.bob(), (select jsonb_agg('{}'::jsonb) from generate_series(1, 10000)), 'bob'
       ) $$,
    '23502', null, 'a call may create 10,000 projects, each with a name'
);

select * from finish();
rollback;
