begin;
select plan(7);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.add_account_key'),
    '(key_name text, secret bytea) returns void, volatile, security invoker',
    'a key is added under a name'
);
select lives_ok(
    $$ select ops.add_account_key('k1', decode(repeat('ab', 32), 'hex')) $$, 'a key is added'
);
select results_eq(
    $$ select key_name, encode(inner_key, 'hex'), encode(outer_key, 'hex') from ops.account_keys $$,
    $$ values ('k1', repeat('9d', 32) || repeat('36', 32), repeat('f7', 32) || repeat('5c', 32)) $$,
    'a key is kept as HMAC uses it'
);
select throws_ok(
    $$ select ops.add_account_key('k1', decode(repeat('cd', 32), 'hex')) $$,
    '23505', 'duplicate key value violates unique constraint "account_keys_pkey"',
    'a key is not replaced'
);
select ops.add_account_key('k2', decode(repeat('cd', 64), 'hex'));
select throws_ok(
    $$ select ops.add_account_key('k3', decode(repeat('ef', 32), 'hex')) $$,
    'ES210', 'two keys are valid already', 'two keys are valid at a time'
);
select throws_ok(
    format('select ops.add_account_key(''k4'', %L)', secret),
    '22023', 'the secret of a key has 32 to 64 bytes',
    format('a secret of %s bytes is refused', octet_length(secret))
)
  from unnest(array[decode(repeat('ab', 31), 'hex'), decode(repeat('ab', 65), 'hex')]) as secret;

select * from finish();
rollback;
