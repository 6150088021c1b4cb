begin;
select plan(10);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.columns_of('app.event_chains') $$,
    $$ values
        ('account_id', 'uuid', 'not null', ''),
        ('project_id', 'uuid', 'not null', ''),
        ('position', 'bigint', 'not null', '0'),
        ('sha256', 'bytea', 'not null', 'decode(repeat(''00''::text, 32), ''hex''::text)') $$,
    'the head of a chain has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('app.event_chains') $$,
    $$ values
        ('event_chains_pkey', 'PRIMARY KEY (account_id, project_id)'),
        ('event_chains_position_check', 'CHECK (("position" >= 0))'),
        ('event_chains_sha256_check', 'CHECK ((octet_length(sha256) = 32))') $$,
    'the head of a chain has these constraints, and none that a deleted project could break'
);
select is_empty(
    $$ select * from pg_temp.triggers_of('app.event_chains') $$,
    'the head of a chain has no trigger'
);

select results_eq(
    $$ select c.account_id, c.project_id, c.position, c.sha256
         from app.event_chains as c
        order by c.account_id $$,
    $$ select e.account_id, e.project_id, e.position, e.sha256
         from app.project_events as e
        where e.position = 2
        order by e.account_id $$,
    'the head of a chain holds the place and the hash of the last event'
);
delete from app.projects;
select results_eq(
    $$ select c.position from app.event_chains as c $$,
    array[3::bigint, 3::bigint],
    'the head of a chain outlives its project'
);

set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    command,
    '42501', 'permission denied for table event_chains',
    format('the application cannot %s the head of a chain', split_part(command, ' ', 1))
)
  from unnest(array[
           'select position from app.event_chains',
           'insert into app.event_chains values (pg_temp.ana(), pg_temp.ana_project())',
           'update app.event_chains set position = 0',
           'delete from app.event_chains',
           'truncate app.event_chains'
       ]) as command;

select * from finish();
rollback;
