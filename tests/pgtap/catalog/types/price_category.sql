begin;
select plan(1);

select enum_has_labels(
    'catalog', 'price_category', array['base', 'addon', 'permit'],
    'a price is a base charge, an add-on or for a permit'
);

select * from finish();
rollback;
