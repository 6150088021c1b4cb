begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.policies_of('app.retired_events') $$,
    $$ values ('retired_events_audit', 'select', 'eagle_auditor', 'true', '') $$,
    'only an auditor sees what was retired'
);
insert into app.retired_events (
    account_id, project_id, first_position, last_position, last_sha256, partition
)
values (pg_temp.ana(), pg_temp.ana_project(), 1, 2, sha256(''), 'app.old');

set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local role eagle_reader;
select throws_ok(
    'select * from app.retired_events', '42501', 'permission denied for table retired_events',
    'a reader does not see what was retired'
);
set local role eagle_operator;
select throws_ok(
    'select * from app.retired_events', '42501', 'permission denied for table retired_events',
    'an operator reads no row of a tenant'
);
set local role eagle_auditor;
select isnt_empty(
    'select * from app.retired_events', 'an auditor sees what was retired of every chain'
);
select throws_ok(
    'delete from app.retired_events', '42501', 'permission denied for table retired_events',
    'an auditor does not change what was retired'
);

select * from finish();
rollback;
