begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.record_catalog_rows'), '() returns bigint, volatile, security definer',
    'rows are recorded by whoever imports them'
);
set local role eagle_application;
select throws_ok(
    'select ops.record_catalog_rows()',
    '42501', 'permission denied for function record_catalog_rows',
    'the application imports nothing'
);
set local role eagle_operator;
select is(ops.record_catalog_rows(), 0::bigint, 'nothing was written');
insert into catalog.property_definitions (symbol, sort_order, category, description)
values ('Q9', 900, 'property', 'A test');
select is(ops.record_catalog_rows(), 1::bigint, 'a row was written, and is recorded');

select * from finish();
rollback;
