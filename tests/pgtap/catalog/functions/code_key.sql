begin;
select plan(2);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.code_key'),
    '(name text) returns text, immutable, security invoker',
    'a code has one spelling'
);
set local role eagle_application;
select is(
    array(select distinct catalog.code_key(name)
            from unnest(array['ASCE 7-16', 'asce 7-16', e'ASCE 7\u201316', e'ASCE 7\u221216',
                              e'ASCE\u00A0 7\u201116 ']) as name),
    array['ASCE 7-16'],
    'dashes, spaces and capitals do not matter'
);

select * from finish();
rollback;
