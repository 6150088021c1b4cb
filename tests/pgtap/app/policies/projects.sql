begin;
select plan(18);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.policies_of('app.projects') $$,
    $$ values
        ('projects_audit', 'select', 'eagle_auditor', 'true', ''),
        ('projects_tenant', 'all', 'eagle_application',
         '(account_id = app.current_account_id())', '(account_id = app.current_account_id())'),
        ('projects_tenant_read', 'select', 'eagle_reader',
         '(account_id = app.current_account_id())', '') $$,
    'an account has its own projects only, an auditor sees all'
);

set local role eagle_application;
select is_empty(
    'select * from app.projects',
    'the application sees no project until the transaction says whom it works for'
);
set local app.account_id = '';
select is_empty(
    'select * from app.projects',
    'the application sees no project while the account is left blank'
);
set local app.account_id = 'everybody';
select throws_ok(
    'select * from app.projects',
    '22P02', 'invalid input syntax for type uuid: "everybody"',
    'an account that is none is an error, not an account without projects'
);

set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    'select project_id from app.projects',
    'select pg_temp.ana_project()',
    'the application sees the projects of its account'
);
select is_empty(
    'select * from app.projects where account_id = pg_temp.bob()',
    'the application sees no project of another account, even asked by name'
);
select is_empty(
    'update app.projects set name = ''Mine'' where account_id = pg_temp.bob() returning name',
    'the application changes no project of another account'
);
select throws_ok(
    'delete from app.projects', '42501', 'permission denied for table projects',
    'the application deletes projects by a function alone'
);
select throws_ok(
    $$ insert into app.projects (account_id, name, created_by, updated_by)
       values (pg_temp.bob(), 'Sign', 'ana', 'ana') $$,
    '42501', 'new row violates row-level security policy for table "projects"',
    'the application creates no project in another account'
);
select lives_ok(
    $$ insert into app.projects (account_id, name, created_by, updated_by)
       values (pg_temp.ana(), 'Sign', 'ana', 'ana') $$,
    'the application creates projects in its account'
);

set local role eagle_reader;
select results_eq(
    'select distinct account_id from app.projects',
    'select pg_temp.ana()',
    'a reader sees the projects of its account'
);
select throws_ok(
    command,
    '42501', 'permission denied for table projects',
    format('a reader cannot %s a project', split_part(command, ' ', 1))
)
  from unnest(array[
           'insert into app.projects (account_id) values (pg_temp.ana())',
           'update app.projects set name = ''Mine''',
           'delete from app.projects'
       ]) as command;
set local app.account_id = '';
select is_empty(
    'select * from app.projects',
    'a reader sees no project until the transaction says whom it works for'
);

set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local role eagle_auditor;
select throws_ok(
    'select * from app.projects', '42501', 'permission denied for table projects',
    'an auditor reads events, not projects'
);
set local role eagle_operator;
select throws_ok(
    'select * from app.projects', '42501', 'permission denied for table projects',
    'an operator reads no row of a tenant'
);
set local role eagle_exporter;
select throws_ok(
    'select * from app.projects', '42501', 'permission denied for schema app',
    'the exporter does not enter the schema of the tenants'
);

select * from finish();
rollback;
