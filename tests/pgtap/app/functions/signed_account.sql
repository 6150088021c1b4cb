begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.signed_account'), '() returns text, stable, security invoker',
    'the account that was checked is a question without arguments'
);
select is(app.signed_account(), '', 'a transaction begins with no account checked');
select results_eq(
    $$ select grantee::regrole::text, privilege_type
         from pg_parameter_acl, aclexplode(paracl)
        where parname = 'backtrace_functions' and grantee <> 10 $$,
    $$ values ('eagle_owner', 'SET') $$,
    'only the owner says which account was checked'
);
set local role eagle_application;
select throws_ok(
    'set local backtrace_functions = ''a0000000_0000_7000_8000_000000000000''',
    '42501', 'permission denied to set parameter "backtrace_functions"',
    'the application does not say that its account was checked'
);
select throws_ok(
    'alter role eagle_application set backtrace_functions = ''a0000000_0000_7000_8000_000000000000''',
    '42501', 'permission denied to set parameter "backtrace_functions"',
    'the application does not say so for later sessions either'
);

select * from finish();
rollback;
