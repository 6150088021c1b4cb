begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.remove_account_key'),
    '(key_name text) returns void, volatile, security invoker',
    'a key is removed by its name'
);
select throws_ok(
    'select ops.remove_account_key(''k1'')', 'P0002', 'there is no key ''k1''',
    'a key that is not there is not removed'
);
select ops.add_account_key('k1', decode(repeat('ab', 32), 'hex'));
select ops.require_signed_accounts(true);
select throws_ok(
    'select ops.remove_account_key(''k1'')',
    'ES211', 'signed accounts are required, and this is the only key',
    'the last key stays where accounts have to be signed'
);
select ops.add_account_key('k2', decode(repeat('cd', 32), 'hex'));
select lives_ok('select ops.remove_account_key(''k1'')', 'a key that was replaced is removed');
select results_eq(
    'select key_name from ops.account_keys', array['k2'], 'the key that replaced it stays'
);

select * from finish();
rollback;
