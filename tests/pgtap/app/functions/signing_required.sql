begin;
select plan(3);
\ir ../../shape.psql

select is(
    pg_temp.head_of('app.signing_required'), '() returns boolean, immutable, security invoker',
    'whether accounts are signed is a constant'
);
select is(app.signing_required(), false, 'no signature is required until it is asked for');
set local role eagle_application;
select throws_ok(
    $$ create or replace function app.signing_required() returns boolean
       language sql immutable return false $$,
    '42501', null,
    'the application does not say whether it has to sign'
);

select * from finish();
rollback;
