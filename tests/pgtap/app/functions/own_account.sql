begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.own_account'), '(account_id uuid) returns uuid, stable, security invoker',
    'an account is its own'
);
set local role eagle_application;
select throws_ok(
    format('select app.own_account(%L)', account),
    'ES005', 'the transaction is not set to this account', what
)
  from (values
            (pg_temp.ana(), 'no account is, until the transaction says whom it works for'),
            (null, 'nor is none')
       ) as refused (account, what);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select is(app.own_account(pg_temp.ana()), pg_temp.ana(), 'that of the transaction is returned');
set local role eagle_operator;
select throws_ok(
    'select app.own_account(pg_temp.ana())',
    '42501', 'permission denied for function own_account', 'an operator has none'
);

select * from finish();
rollback;
