begin;
select plan(4);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.isolate'), '() returns integer, volatile, security invoker',
    'isolation is written without arguments'
);
select is(ops.isolate(), 0, 'what is as wanted is left as it is');
create table app.notes (account_id uuid primary key, note text);
alter table app.notes enable row level security;
create policy notes_tenant on app.notes to eagle_application
 using (account_id = app.current_account_id()) with check (account_id = app.current_account_id());
select ops.place('app.notes', 'tenant');
select is(ops.isolate(), 1, 'the policy of a new table is written anew');
select is(
    (select is_as_wanted from ops.tenant_policies() where policy = 'notes_tenant'), true,
    'and is as wanted then'
);

select * from finish();
rollback;
