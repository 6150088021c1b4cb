begin;
select plan(57);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.refuse_event_change'), '() returns trigger, volatile, security invoker',
    'a change of an event is refused in a trigger'
);

-- The parent and each partition, by name.
create temporary table event_relations on commit drop as
select 'app.project_events' as name
union all
select p.partition from ops.partitions as p where p.relation = 'app.project_events';
grant select on event_relations to public;
create temporary table event_changes on commit drop as
select r.name, c.kind, format(c.command, r.name) as command
  from event_relations as r
 cross join (values
                ('update', 'update %s set actor = ''nobody'''),
                ('delete', 'delete from %s'),
                ('truncate', 'truncate %s')
            ) as c (kind, command);
grant select on event_changes to public;
-- A partition without rows refuses no row.
insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
select pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana', p.starts_at
  from ops.partitions as p
 where p.relation = 'app.project_events'
 order by p.starts_at;

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local app.erasing = 'events';
select throws_ok(
    command, '42501', format('permission denied for table %s', split_part(name, '.', 2)),
    format('the application does not %s %s, whatever it sets', kind, name)
)
  from event_changes
 order by name, kind;
set local app.erasing = '';

set local role eagle_owner;
select throws_ok(
    command, 'ES003', format('events are immutable: %s is refused', kind),
    format('the owner of the tables does not %s %s', kind, name)
)
  from event_changes
 order by name, kind;

reset role;
select throws_ok(
    command, 'ES003', format('events are immutable: %s is refused', kind),
    format('a superuser does not %s %s', kind, name)
)
  from event_changes
 order by name, kind;
select results_eq(
    $$ select hint, "table" from pg_temp.error_of('delete from app.project_events') $$,
    $$ values (
           'Append an event that corrects the earlier one;'
           ' personal data is erased by app.erase_events.',
           'project_events'
       ) $$,
    'the refusal tells what to do instead'
);

-- The erasure's way through is for updates alone, and for those who have the right to update.
set local app.erasing = 'events';
select throws_ok(
    command, 'ES003', format('events are immutable: %s is refused', kind),
    format('not even an erasure does %s %s', kind, name)
)
  from event_changes
 where kind <> 'update'
 order by name, kind;

select * from finish();
rollback;
