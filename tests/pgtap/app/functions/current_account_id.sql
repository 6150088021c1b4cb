begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.current_account_id'), '() returns uuid, stable, security invoker',
    'the account of the transaction is a question without arguments'
);

set local role eagle_application;
select is(app.current_account_id(), null, 'a transaction that names no account works for none');
set local app.account_id = '';
select is(app.current_account_id(), null, 'a transaction that names a blank account works for none');
set local app.account_id = 'everybody';
select throws_ok(
    'select app.current_account_id()',
    '22P02', 'invalid input syntax for type uuid: "everybody"',
    'an account that is none is an error'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select is(app.current_account_id(), pg_temp.ana(), 'a transaction works for the account it names');

select * from finish();
rollback;
