set client_min_messages = error;
begin;
select tap.plan(10);
create function pg_temp.state_of(statement text) returns text language plpgsql as $$
begin
    execute statement;
    return null;
exception
    when others then
        return sqlstate;
end
$$;
insert into shop.parts (name, price, secret) values ('Bolt', 5, 'a'), ('Beam', 60, 'b');
select tap.throws_ok(
    $$ insert into shop.parts (name, price) values ('Nut', -1) $$, '23514', 'no price is below zero'
);
select tap.throws_ok(
    $$ insert into shop.parts (name) values (null) $$, '23502', 'each part has a name'
);
select tap.ok(
    pg_temp.state_of($$ insert into shop.parts (name, secret) values ('Nut', 'a') $$) = '23505',
    'no two parts have one secret'
);
select tap.ok(
    pg_temp.state_of($$ insert into shop.sales values (-1, '2020-02-02') $$) = '23503',
    'only parts are sold'
);
select tap.ok(
    pg_temp.state_of($$ insert into shop.sales values (1, '2020-01-02') $$) = '23514',
    'no sale is older than the shop'
);
set local enable_seqscan = off;
explain select from shop.parts as p where p.name = 'Bolt' \g /dev/null
set local role pg_monitor;
select tap.ok((select count(*) from shop.parts) = 1, 'what is dear is hidden');
insert into shop.parts (name, price) values ('Cap', 2);
select tap.throws_ok(
    $$ insert into shop.parts (name, price) values ('Ring', 90) $$, '42501', 'nor made'
);
select tap.throws_ok($$ select shop.idle() from shop.sales $$, '42501', 'sales are hidden');
select tap.ok(shop.reprice(1, 7) = 70, 'a price is changed');
select tap.ok(
    shop.plain('A') = 'a' and exists (select from shop.cheap as c where (c.name, c.price) = ('Bolt', 7)),
    'what is cheap is listed'
);
select * from tap.finish();
rollback;
