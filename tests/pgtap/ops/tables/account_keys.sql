begin;
select plan(6);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('ops.account_keys') $$,
    $$ values
        ('key_name', 'text', 'not null', ''),
        ('inner_key', 'bytea', 'not null', ''),
        ('outer_key', 'bytea', 'not null', ''),
        ('added_at', 'timestamp with time zone', 'not null', 'now()') $$,
    'a key has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('ops.account_keys') $$,
    $$ values
        ('account_keys_inner_key_check', 'CHECK ((octet_length(inner_key) = 64))'),
        ('account_keys_key_name_check', 'CHECK (((length(key_name) <= 32) AND (key_name ~ ''^[a-z0-9_-]+$''::text)))'),
        ('account_keys_outer_key_check', 'CHECK ((octet_length(outer_key) = 64))'),
        ('account_keys_pkey', 'PRIMARY KEY (key_name)') $$,
    'a key is named so that a token can name it, and fills a block of SHA-256'
);
select is(
    has_any_column_privilege(role, 'ops.account_keys', 'select, insert, update, references'), false,
    role || ' reads and writes no key'
)
  from unnest(array[
           'eagle_application', 'eagle_auditor', 'eagle_operator', 'eagle_exporter'
       ]) as role;

select * from finish();
rollback;
