begin;
select plan(6);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.newest_edition'),
    '(grade text DEFAULT NULL::text) returns text, stable, security invoker',
    'the newest edition is asked for by grade'
);

set local role eagle_application;
select throws_ok(
    $$ select catalog.newest_edition() $$,
    'ES102', 'no shapes are in the catalog',
    'without an import there is no newest edition'
);
reset role;
set local role eagle_operator;
select pg_temp.edition('v9.1'), pg_temp.edition('v16.0'), pg_temp.edition('v15.0');
select pg_temp.edition('v15.0', 'A1085');
reset role;
set local role eagle_application;
select is(
    catalog.newest_edition(), 'v16.0',
    'editions are compared by number: v16.0 is after v9.1'
);
reset role;
set local role eagle_operator;
select pg_temp.import_of('v17.0', null, 'b');
reset role;
update catalog.imports set is_complete = false where edition = 'v17.0';
set local role eagle_application;
select is(
    catalog.newest_edition(), 'v16.0',
    'an edition of which a part was imported comes after those that are whole'
);
select is(catalog.newest_edition('A1085'), 'v15.0', 'a grade has a newest edition of its own');
select throws_ok(
    $$ select catalog.newest_edition('A500') $$,
    'ES102', 'no shapes of grade A500 are in the catalog',
    'a grade that was not imported has none'
);

select * from finish();
rollback;
