begin;
select plan(14);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.set_project_status'),
    '(account_id uuid, project_id uuid, etag uuid, actor text, status app.project_status)'
    ' returns app.projects, volatile, security invoker',
    'a project is moved under its etag by an actor'
);

set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.set_project_status(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana', 'estimating'
       ) $$,
    '42501', 'permission denied for function set_project_status',
    'a reader moves no project'
);
set local role eagle_application;
select throws_ok(
    $$ select app.set_project_status(
           pg_temp.bob(), pg_temp.bob_project(), pg_temp.bob_etag(), 'ana', 'estimating'
       ) $$,
    'ES005', 'the transaction is not set to this account',
    'a project of another account cannot be moved'
);
select throws_ok(
    $$ select app.set_project_status(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.bob_etag(), 'ana', 'estimating'
       ) $$,
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'a move under a stale etag is refused'
);
select throws_ok(
    $$ select app.set_project_status(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'ana', 'accepted'
       ) $$,
    'ES001', 'project a1000000-0000-7000-8000-000000000000 cannot move from draft to accepted',
    'a move that skips a status is refused'
);
select throws_ok(
    $$ select app.set_project_status(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.bob_etag(), 'ana', 'accepted'
       ) $$,
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'who names a stale etag learns that before whether the move is allowed'
);

select row_eq(
    $$ select p.status::text, p.updated_by, p.etag <> pg_temp.ana_etag()
         from app.set_project_status(
                  account_id => pg_temp.ana(),
                  project_id => pg_temp.ana_project(),
                  etag       => pg_temp.ana_etag(),
                  actor      => 'cara@example.com',
                  status     => 'estimating'
              ) as p $$,
    row ('estimating'::text, 'cara@example.com'::text, true),
    'a move changes the status and the etag, and says who moved'
);
select row_eq(
    $$ select p.etag = known.etag, p.updated_by, p.updated_at = known.updated_at
         from app.projects as known
        cross join lateral app.set_project_status(
                  known.account_id, known.project_id, known.etag, 'dan', 'estimating'
              ) as p $$,
    row (true, 'cara@example.com'::text, true),
    'a move to the status that it has leaves etag, time and who moved it last as they are'
);
select throws_ok(
    $$ select app.set_project_status(
           pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), 'dan', 'estimating'
       ) $$,
    'ES002', 'project a1000000-0000-7000-8000-000000000000 has changed since it was read',
    'under a stale etag it is refused all the same'
);
select lives_ok(
    $$ select app.set_project_status(p.account_id, p.project_id, p.etag, 'cara', 'submitted')
         from app.projects as p $$,
    'an estimate is submitted'
);
set local app.actor = 'eve@example.com';
select is(
    (select p.updated_by
       from app.projects as known
      cross join lateral app.set_project_status(
                known.account_id, known.project_id, known.etag, null, 'rejected'
            ) as p),
    'eve@example.com',
    'a submitted project is rejected, without an actor by that of the transaction'
);
set local app.actor = '';
select throws_ok(
    $$ select app.set_project_status(pg_temp.ana(), pg_temp.ana_project(), p.etag, null, 'draft')
         from app.projects as p $$,
    'ES008', 'an event needs an actor', 'nobody moves none'
);
select results_eq(
    $$ select e.event_type::text, e.data ->> 'from', e.data ->> 'to'
         from app.project_events as e
        where e.position > 2
        order by e.position $$,
    $$ values
        ('project.status_changed', 'draft', 'estimating'),
        ('project.submitted', 'estimating', 'submitted'),
        ('project.rejected', 'submitted', 'rejected') $$,
    'every move is an event that names both statuses'
);

select throws_ok(
    $$ select app.set_project_status(
           pg_temp.ana(), pg_temp.bob_project(), pg_temp.bob_etag(), 'ana', 'estimating'
       ) $$,
    'P0002', 'there is no project b1000000-0000-7000-8000-000000000000 in this account',
    'a project that the account does not have cannot be moved'
);

select * from finish();
rollback;
