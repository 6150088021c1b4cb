begin;
select plan(15);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.event_actor'), '(claimed text) returns text, stable, security invoker',
    'the actor of an event is asked for with the one that is claimed'
);
set local app.actor = '';
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select app.event_actor(null)', 'ES008', 'an event needs an actor',
    'a role that many people share is nobody'
);
select is(
    (pg_temp.error_of('select app.event_actor(null)')).hint,
    'Name who acts, or call app.begin_work() in the same transaction first.',
    'the refusal tells how to name somebody'
);
select throws_ok(
    'select app.delete_project(pg_temp.ana(), pg_temp.ana_project(), pg_temp.ana_etag(), null)',
    'ES008', 'an event needs an actor',
    'nobody deletes no project'
);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial', '{}') $$,
    'ES008', 'an event needs an actor',
    'nobody saves no design'
);
set local app.actor = 'ana@example.com';
select is(app.event_actor(null), 'ana@example.com', 'the actor of the transaction acts');
select is(app.event_actor(' cara '), 'cara', 'who is claimed acts, without blanks around');
select throws_ok(
    format('select app.event_actor(%L)', wrong.actor), wrong.code, null, wrong.what
)
  from (values
            ('  ', 'ES008', 'a blank actor is nobody'),
            (repeat('a', 201), '22023', 'an actor is not longer than a line'),
            (E'ana\nbob', '22023', 'an actor is one line'),
            (E'ana\u009b2K', '22023', 'an actor holds no control character'),
            ('(ERASED)', '22023', 'an actor is not named as an erased one is')
       ) as wrong (actor, code, what);
reset role;
set local app.actor = '';
select is(
    app.event_actor(null), session_user::text, 'who maintains the database acts as the login role'
);

set local role eagle_application;
select is(app.event_actor(a.name), a.name, format('an actor of %s characters acts', length(a.name)))
  from (values ('a'), (repeat('a', 200))) as a (name);

select * from finish();
rollback;
