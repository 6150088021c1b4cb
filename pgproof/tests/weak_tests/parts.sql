begin;
select plan(5);
\ir parts.psql

select ok((select price = 1 from shop.parts where part_id = 1), 'a part costs 1 at first');
select throws_ok('insert into shop.parts values (1, ''Rod'', 2, null)', 'a key is taken once');
select throws_ok('update shop.parts set price = -1', 'no price is below 0');
update shop.parts set price = 0;
select ok(shop.sell(1, 2) = 2, 'what is sold is counted');
select throws_ok('select shop.sell(1, 0)', 'nothing is sold no times');

select * from finish();
rollback;
