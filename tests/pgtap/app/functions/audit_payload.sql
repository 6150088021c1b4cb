begin;
select plan(3);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.audit_payload'), '() returns trigger, volatile, security definer',
    'a saved payload is recorded in a trigger'
);

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local app.actor = 'cara@example.com';
select results_eq(
    $$ select e.event_type::text, e.actor, e.data
         from app.project_events as e
        where e.position = 2 $$,
    $$ select 'payload.saved', 'ana@example.com',
              jsonb_build_object(
                  'payload_id', p.payload_id, 'module', p.module, 'sha256', p.sha256,
                  'saved_at', p.created_at
              )
         from app.project_payloads as p $$,
    'a saved payload is recorded with its key, module, hash and time, without its content'
);
update app.project_payloads set created_at = clock_timestamp();
select results_eq(
    $$ select e.event_type::text, e.actor from app.project_events as e where e.position > 2 $$,
    $$ values ('payload.saved', 'cara@example.com') $$,
    'a payload that becomes the newest again is recorded once more'
);

select * from finish();
rollback;
