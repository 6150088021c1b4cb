begin;
select plan(7);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.signed_account'), '() returns text, stable, security invoker',
    'the account that was found signed is a question without arguments'
);
select is(app.signed_account(), '', 'a transaction begins with no account found signed');
select results_eq(
    $$ select grantee::regrole::text, privilege_type
         from pg_parameter_acl, aclexplode(paracl)
        where parname = 'backtrace_functions' and grantee <> 10 $$,
    $$ values ('eagle_owner', 'SET') $$,
    'only the owner says which account was found signed'
);
set local role eagle_application;
select throws_ok(
    command, '42501', 'permission denied to set parameter "backtrace_functions"',
    'the application does not say so: ' || command
)
  from unnest(array[
           'set local backtrace_functions = ''a0000000000070008000000000000000,61''',
           'set backtrace_functions to default',
           'select set_config(''backtrace_functions'', ''a0000000000070008000000000000000,61'','
           ' true)',
           'alter role eagle_application set backtrace_functions ='
           ' ''a0000000000070008000000000000000'''
       ]) as command;

select * from finish();
rollback;
