begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.catalog_row_hashes'),
    '(written_now boolean DEFAULT false) returns TABLE(relation text, key text, sha256 bytea), '
    'stable, security invoker',
    'rows of the catalogs are hashed as the caller'
);
create temporary table before as select * from ops.catalog_row_hashes();
select is(
    (select count(*) from before where relation = 'catalog.pricing_configs'),
    (select count(*) from catalog.pricing_configs),
    'each row has a hash'
);
set local timezone = 'Asia/Tokyo';
select set_eq(
    'select * from ops.catalog_row_hashes()', 'select * from before',
    'which is the same in every session'
);
savepoint nested;
select catalog.publish_price('extra', 'v1', 1, 'Extra', 'addon', '2026-01-01', is_new => true);
select results_eq(
    $$ select relation, key from ops.catalog_row_hashes(written_now => true) $$,
    $$ values ('catalog.pricing_configs', 'extra, v1') $$,
    'of one transaction, those that it wrote, in savepoints, too'
);

select * from finish();
rollback;
