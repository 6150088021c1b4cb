begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.find_key_faults'),
    '(is_thorough boolean DEFAULT true) returns TABLE(check_name text, object text, '
    'violations bigint, detail text), volatile, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_key_faults()',
    '42501', 'permission denied for function find_key_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;
select is_empty('select * from ops.find_key_faults()', 'nothing is wrong at first');

-- One fault of each kind, as only a superuser can make them.
set local session_replication_role = replica;
update pg_index set indisready = false, indislive = false
 where indexrelid = 'catalog.pricing_configs_item_code_daterange_excl'::regclass;
update pg_index set indisunique = false, indimmediate = true
 where indexrelid = 'app.projects_account_id_etag_key'::regclass;
insert into catalog.pricing_configs
values ('twice', 'v1', 1, 'x', 'base', '2026-01-01', null),
       ('twice', 'v2', 1, 'x', 'base', '2026-06-01', null);
update app.projects set etag = gen_random_uuid();
insert into app.projects (account_id, name, etag, created_by, updated_by)
select account_id, 'Copy', etag, 'eve', 'eve' from app.projects where account_id = pg_temp.ana();
update pg_index set indisunique = true
 where indexrelid = 'app.projects_account_id_etag_key'::regclass;
insert into catalog.code_references
values ('X', '1', 'x', null, 'x', 'x', gen_random_uuid(), 1);
update pg_index set indisready = true, indislive = true
 where indexrelid = 'catalog.pricing_configs_item_code_daterange_excl'::regclass;
select results_eq(
    'select check_name, object from ops.find_key_faults() order by check_name, object',
    $$ values
        ('duplicates', 'app.projects projects_account_id_etag_key'),
        ('exclusions', 'catalog.pricing_configs pricing_configs_item_code_daterange_excl'),
        ('orphans', 'catalog.code_references code_references_import_id_fkey'),
        ('totals', 'app.project_totals') $$,
    'a fault of each kind is found'
);
select results_eq(
    'select check_name from ops.find_key_faults(is_thorough => false) order by check_name',
    array['exclusions', 'orphans'],
    'what sorts or counts every row is left out of the quick checks'
);

select * from finish();
rollback;
