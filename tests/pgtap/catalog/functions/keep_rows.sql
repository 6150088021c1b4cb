begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.keep_rows'),
    '(import_id uuid, relation text, keys text[]) returns bigint, volatile, security invoker',
    'an import keeps what it replaces'
);
set local role eagle_operator;
select is(
    catalog.keep_rows(import_id, 'catalog.code_references', '{"ACI 318-19, 22.5",unknown}'),
    1::bigint,
    'a row is kept by its key'
)
  from catalog.code_references where section = '22.5';
select results_eq(
    $$ select relation, was ->> 'formula', is_removed from catalog.replaced_rows $$,
    $$ values ('catalog.code_references', 'Vn = Vc + Vs', false) $$,
    'whole, as it was'
);
select throws_ok(
    $$ select catalog.keep_rows(import_id, 'app.projects', '{}') from catalog.imports limit 1 $$,
    '22023', 'relation cannot be ''app.projects''', 'rows of the catalogs alone are kept'
);

select * from finish();
rollback;
