-- Not one transaction: it gets a database of its own.
select plan(1);
select ok(has_table_privilege('pg_monitor', 'shop.parts', 'select'), 'monitoring reads parts');
select * from finish();
