begin;
select plan(8);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.audit_project'), '() returns trigger, volatile, security definer',
    'a change of a project is recorded in a trigger'
);

create function pg_temp.new_events(after bigint)
    returns table (event_type text, actor text, data jsonb)
    stable
begin atomic
    select e.event_type::text, e.actor, e.data
      from app.project_events as e
     where e.project_id = pg_temp.ana_project()
       and e.position > after
     order by e.position;
end;

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local app.actor = 'cara@example.com';
select results_eq(
    'select * from pg_temp.new_events(0) limit 1',
    $$ values ('project.created', 'ana@example.com', '{"status": "draft"}'::jsonb) $$,
    'a created project is recorded with its creator and status'
);

update app.projects set name = 'Pier sign', customer = null, updated_by = 'dan@example.com';
select results_eq(
    'select * from pg_temp.new_events(2)',
    $$ values ('project.updated', 'dan@example.com', '{"columns": ["customer", "name"]}'::jsonb) $$,
    'a change is recorded with who made it and the columns that it changed, without their values'
);

update app.projects set name = 'Pier sign';
select is_empty(
    'select * from pg_temp.new_events(3)',
    'a change that changes nothing is not recorded'
);

update app.projects set status = 'estimating', street = '14 Quay St';
select results_eq(
    'select * from pg_temp.new_events(3)',
    $$ values
        ('project.status_changed', 'dan@example.com', '{"from": "draft", "to": "estimating"}'::jsonb),
        ('project.updated', 'dan@example.com', '{"columns": ["street"]}') $$,
    'a move with a change beside it is recorded as both'
);

update app.projects set status = 'submitted';
update app.projects set status = 'accepted';
select results_eq(
    'select event_type, data ->> ''to'' from pg_temp.new_events(5)',
    $$ values ('project.submitted', 'submitted'), ('project.accepted', 'accepted') $$,
    'submitting and accepting have event types of their own'
);

select app.delete_project(p.account_id, p.project_id, p.etag, 'cara@example.com') from app.projects as p;
select results_eq(
    'select * from pg_temp.new_events(7)',
    $$ values ('user.data_deleted', 'cara@example.com', '{"deleted": "project"}'::jsonb) $$,
    'a deletion is recorded with who deleted'
);

-- Whoever makes the change.
reset role;
set local role eagle_owner;
update app.projects set name = 'Oven sign' where account_id = pg_temp.bob();
reset role;
select results_eq(
    $$ select event_type::text
         from app.project_events
        where account_id = pg_temp.bob()
        order by position desc
        limit 1 $$,
    array['project.updated'],
    'a change by the owner of the tables is recorded as well'
);

select * from finish();
rollback;
