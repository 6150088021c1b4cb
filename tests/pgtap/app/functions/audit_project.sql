begin;
select plan(14);
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
select is(
    (select count(*) from app.project_totals), 3::bigint,
    'a change that changes nothing is not counted'
);
select is_empty(
    'select * from pg_temp.new_events(3)',
    'a change that changes nothing is not recorded'
);

update app.projects set updated_by = 'eve@example.com';
select results_eq(
    'select * from pg_temp.new_events(3)',
    $$ values ('project.updated', 'eve@example.com', '{"columns": ["updated_by"]}'::jsonb) $$,
    'who changes nothing but who changed it last is recorded'
);
update app.projects set status = 'estimating', street = '14 Quay St';
select results_eq(
    'select * from pg_temp.new_events(4)',
    $$ values
        ('project.status_changed', 'eve@example.com', '{"from": "draft", "to": "estimating"}'::jsonb),
        ('project.updated', 'eve@example.com', '{"columns": ["street"]}') $$,
    'a move with a change beside it is recorded as both'
);

update app.projects set status = 'submitted';
update app.projects set status = 'accepted';
select results_eq(
    'select event_type, data ->> ''to'' from pg_temp.new_events(6)',
    $$ values ('project.submitted', 'submitted'), ('project.accepted', 'accepted') $$,
    'submitting and accepting have event types of their own'
);

select app.delete_project(p.account_id, p.project_id, p.etag, 'cara@example.com') from app.projects as p;
select results_eq(
    'select * from pg_temp.new_events(8)',
    $$ values ('user.data_deleted', 'cara@example.com', '{"deleted": "project"}'::jsonb) $$,
    'a deletion is recorded with who deleted'
);

-- Whoever makes the change.
reset role;
insert into app.projects (account_id, name, created_by, updated_by)
values (pg_temp.ana(), 'Brought back', 'cara', 'dan');
select results_eq(
    $$ select e.event_type::text, e.actor
         from app.project_events as e
         join app.projects as p using (account_id, project_id)
        where p.name = 'Brought back'
        order by e.position $$,
    $$ values ('project.created', 'cara'), ('project.updated', 'dan') $$,
    'of a project that comes with another last change both actors are recorded'
);
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

-- What triggers add to the totals, before anything folds it.
create function pg_temp.totals_of(account uuid)
    returns table (
        status text, projects bigint, confidences bigint, confidence numeric, duration interval
    )
    stable
begin atomic
    select t.status::text, sum(t.project_count)::bigint, sum(t.confidence_count)::bigint, sum(t.confidence_sum),
           sum(t.duration)
      from app.project_totals as t
     where t.account_id = totals_of.account
     group by t.status
     order by t.status;
end;
insert into app.projects (
    account_id, project_id, name, created_by, updated_by, created_at, updated_at, confidence
)
values
    ('c0000000-0000-7000-8000-000000000000', 'c1000000-0000-7000-8000-000000000000', 'Sure', 'cara',
     'cara', '2020-01-01', '2020-01-03', 0.5),
    ('c0000000-0000-7000-8000-000000000000', 'c2000000-0000-7000-8000-000000000000', 'Unsure',
     'cara', 'cara', '2020-01-01', '2020-01-02', null);
select results_eq(
    $$ select * from pg_temp.totals_of('c0000000-0000-7000-8000-000000000000') $$,
    $$ values ('draft', 2::bigint, 1::bigint, 0.5, '3 days'::interval) $$,
    'a new project adds itself, its confidence and how long it has taken'
);
update app.projects
   set status = 'estimating', confidence = coalesce(confidence, 0.25)
 where account_id = 'c0000000-0000-7000-8000-000000000000';
select results_eq(
    $$ select status, projects, confidences, confidence
         from pg_temp.totals_of('c0000000-0000-7000-8000-000000000000') $$,
    $$ values ('draft', 0::bigint, 0::bigint, 0::numeric), ('estimating', 2, 2, 0.75) $$,
    'a changed project takes away what it was, and adds what it is'
);
update app.projects
   set confidence = null
 where project_id = 'c2000000-0000-7000-8000-000000000000';
delete from app.projects where account_id = 'c0000000-0000-7000-8000-000000000000';
select results_eq(
    $$ select * from pg_temp.totals_of('c0000000-0000-7000-8000-000000000000') $$,
    $$ values
        ('draft', 0::bigint, 0::bigint, 0::numeric, '0'::interval),
        ('estimating', 0, 0, 0, '0') $$,
    'a deleted project takes itself away, whatever was known of it'
);

select * from finish();
rollback;
