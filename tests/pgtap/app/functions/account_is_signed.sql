begin;
select plan(21);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.account_is_signed'), '() returns boolean, stable, security definer',
    'whether the account is signed is a question without arguments'
);
select ops.add_account_key('k1', decode(repeat('ab', 32), 'hex'));
select ops.add_account_key('k2', decode(repeat('cd', 64), 'hex'));
select ops.require_signed_accounts(true);
select set_config('app.actor', '', true);

-- Python: hmac.new(bytes.fromhex("ab" * 32), f"{account}\n{expires}\n{actor}".encode(), "sha256")
prepare token (text) as select set_config('app.account_token', $1, true);
set local role eagle_application;
select is(app.account_is_signed(), false, 'no account is not a signed one');
select is_empty('select * from app.projects', 'without an account no row is seen');

set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select * from app.projects',
    'ES007', 'the account of the transaction is not signed',
    'knowing an account''s id does not show its rows'
);
select is(
    (pg_temp.error_of('select app.account_is_signed()')).detail, 'app.account_token is not set.',
    'an account without a token is told so'
);
select throws_ok(
    command, 'ES007', 'the account of the transaction is not signed',
    format('an unsigned account cannot %s', left(command, 40))
)
  from unnest(array[
           'insert into app.projects (account_id, name, created_by, updated_by)'
           ' values (pg_temp.ana(), ''Sign'', ''ana'', ''ana'')',
           'select app.list_projects(pg_temp.ana(), ''draft'')',
           'select app.append_event(pg_temp.ana(), pg_temp.ana_project(), ''file.attached'', ''ana'')',
           'table app.account_stats'
       ]) as command;
execute token('k1.4102444800.59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34');
select is(
    (pg_temp.error_of('select app.account_is_signed()')).detail,
    'app.actor, which the signature covers, is not set.',
    'a token without its actor is told so'
);
set local app.actor = 'boss@example.com';
select is(
    (pg_temp.error_of('select app.account_is_signed()')).detail,
    'The signature is not of this account, expiry and actor.',
    'a token is not another actor''s'
);
set local app.actor = 'ana@example.com';
execute token('k1.1764500000.c3ffadcdcaffcdf25db8579e551e4276830436f36ba7f53e9fdb1dea4d070aa9');
select is(
    (pg_temp.error_of('select app.account_is_signed()')).detail, 'The signature has expired.',
    'a token ends'
);
execute token('k9.4102444800.59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34');
select is(
    (pg_temp.error_of('select app.account_is_signed()')).detail,
    'There is no key of the name that the token gives.',
    'a token is of a key that is valid'
);
select throws_ok(
    format('select set_config(''app.account_token'', %L, true), app.account_is_signed()', wrong),
    'ES007', 'the account of the transaction is not signed',
    format('%s is no token', quote_literal(left(wrong, 20)))
)
  from unnest(array['', '.', 'k1..', 'k1.x.y', 'k1.4102444800.59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c3']) as wrong;

execute token('k1.4102444800.59b10784b15289a0ec1c724b868eb528e408a6d69badaa8972574d41afb81c34');
select is(app.account_is_signed(), true, 'a token shows its account');
select results_eq(
    'select account_id from app.projects', 'select pg_temp.ana()', 'a signed account sees its rows'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select * from app.projects',
    'ES007', 'the account of the transaction is not signed',
    'an account that was signed does not open another in the same transaction'
);

select * from finish();
rollback;
