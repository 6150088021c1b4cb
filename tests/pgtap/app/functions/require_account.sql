begin;
select plan(6);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.require_account'),
    '(account_id uuid) returns void, stable, security invoker',
    'an account is required by its id'
);

set local role eagle_application;
select throws_ok(
    'select app.require_account(pg_temp.ana())',
    'ES005', 'the transaction is not set to this account',
    'no account is at work in a transaction that names none'
);
select throws_ok(
    'select app.require_account(null)',
    'ES005', 'the transaction is not set to this account',
    'no account is not the same as an unknown one'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select app.require_account(pg_temp.ana())',
    'ES005', 'the transaction is not set to this account',
    'an account is not at work in the transaction of another'
);
select is(
    (pg_temp.error_of('select app.require_account(pg_temp.ana())')).hint,
    'Call app.begin_work() in the same transaction first.',
    'the refusal tells how to name the account'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select lives_ok(
    'select app.require_account(pg_temp.ana())',
    'an account is at work in its transaction'
);

select * from finish();
rollback;
