begin;
select plan(15);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.authorize_event'), '() returns trigger, volatile, security invoker',
    'who may record an event is checked in a trigger'
);

set local role eagle_application;
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    '42501', 'new row violates row-level security policy for table "project_events"',
    'no event is recorded until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    $$ select code, message, hint, detail
         from unnest(array[
                  pg_temp.bob_project(), 'b9000000-0000-7000-8000-000000000000'
              ]::uuid[]) as project_id
        cross join lateral pg_temp.error_of(format(
                  'insert into app.project_events (account_id, project_id, event_type, actor)'
                  ' values (pg_temp.bob(), %L, ''file.attached'', ''ana'')',
                  project_id
              )) $$,
    $$ select
           '42501', 'new row violates row-level security policy for table "project_events"',
           'Call app.begin_work() in the same transaction first.', ''
         from generate_series(1, 2) $$,
    'whether another account has a project is not told'
);
select throws_ok(
    format(
        'select app.append_event(pg_temp.ana(), pg_temp.ana_project(), %L, ''ana'')', event_type
    ),
    '42501', format('the database itself records %s', event_type),
    format('an account does not claim that %s', event_type)
)
  from unnest(enum_range(null::app.project_event_type)) as event_type
 where event_type not in ('file.attached', 'report.generated');
select is(
    (pg_temp.error_of($$
        select app.append_event(pg_temp.ana(), pg_temp.ana_project(), 'payload.saved', 'ana')
    $$)).hint,
    'Make the change; its event follows.',
    'the refusal tells what to do instead'
);
select lives_ok(
    format(
        'select app.append_event(pg_temp.ana(), pg_temp.ana_project(), %L, ''ana'')', event_type
    ),
    format('an account records that %s', event_type)
)
  from unnest(array['file.attached', 'report.generated']) as event_type;

update app.projects set status = 'estimating', name = 'Pier sign';
select app.delete_project(p.account_id, p.project_id, p.etag, 'ana') from app.projects as p;
select results_eq(
    'select event_type::text from app.project_events where position > 4 order by position',
    array['project.status_changed', 'project.updated', 'user.data_deleted'],
    'what an account does is recorded all the same'
);

select * from finish();
rollback;
