begin;
set transaction isolation level serializable, read only;
select tap.plan(2);
select tap.ok(shop.grade(5) = 'cheap', 'five is cheap');
do $$
begin
    perform shop.grade(20);
exception
    when others then
        null;
end
$$;
select tap.ok(shop.reprice(-1, 5) is null, 'never') where false;
select tap.throws_ok('select shop.reprice(-1, 5)', '25006', 'a reader changes nothing');
rollback;
