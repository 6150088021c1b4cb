begin;
select plan(3);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.recorded_rows') $$,
    $$ values
        ('relation', 'text', 'not null', ''),
        ('key', 'text', 'not null', ''),
        ('sha256', 'bytea', 'not null', '') $$,
    'a recorded row has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.recorded_rows') $$,
    $$ values
        ('recorded_rows_key_check', 'CHECK ((length(key) <= 500))'),
        ('recorded_rows_pkey', 'PRIMARY KEY (relation, key)'),
        ('recorded_rows_relation_check', 'CHECK ((length(relation) <= 260))'),
        ('recorded_rows_sha256_check', 'CHECK ((octet_length(sha256) = 32))') $$,
    'a recorded row has these constraints'
);
set local role eagle_operator;
select throws_ok(
    'update ops.recorded_rows set sha256 = sha256',
    '42501', 'permission denied for table recorded_rows',
    'an operator records rows by ops.record_catalog_rows() alone'
);

select * from finish();
rollback;
