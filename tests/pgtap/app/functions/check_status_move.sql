begin;
select plan(27);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.check_status_move'), '() returns trigger, volatile, security invoker',
    'a move is checked in a trigger'
);

-- One project in each status.
set local session_replication_role = replica;
delete from app.projects;
insert into app.projects (account_id, name, status, created_by, updated_by)
select pg_temp.ana(), 'Sign', s.status, 'ana', 'ana'
  from unnest(enum_range(null::app.project_status)) as s (status);
set local session_replication_role = origin;

create function pg_temp.moves(out was app.project_status, out goal app.project_status, out may bool)
    returns setof record
    stable
begin atomic
    select
        s.status,
        g.status,
        (s.status, g.status) in (
            ('draft', 'estimating'),
            ('estimating', 'submitted'),
            ('submitted', 'accepted'),
            ('submitted', 'rejected')
        )
      from unnest(enum_range(null::app.project_status)) as s (status)
     cross join unnest(enum_range(null::app.project_status)) as g (status);
end;

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    format('update app.projects set status = %L where status = %L', m.goal, m.was),
    'ES001', format('project %s cannot move from %s to %s', p.project_id, m.was, m.goal),
    format('a project does not move from %s to %s', m.was, m.goal)
)
  from pg_temp.moves() as m
  join app.projects as p on p.status = m.was
 where m.was <> m.goal
   and not m.may;
select is(
    (pg_temp.error_of('update app.projects set status = ''draft'' where status = ''accepted''')).hint,
    'Status moves draft, estimating, submitted, then accepted or rejected.',
    'the refusal tells how a project moves'
);

-- Each allowed move is tried alone: its project is put back.
select is(
    (pg_temp.error_of(format(
        $$ do $do$
           begin
               update app.projects set status = %L where status = %L;
               if not found then
                   raise exception 'nothing moved';
               end if;
               raise exception sqlstate 'MOVED';
           end
           $do$ $$,
        m.goal, m.was
    ))).code,
    'MOVED',
    format(
        case when m.may then 'a project moves from %s to %s' else 'a project may stay as it is: %s' end,
        m.was, m.goal
    )
)
  from pg_temp.moves() as m
 where m.may
    or m.was = m.goal;

select * from finish();
rollback;
