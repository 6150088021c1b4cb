begin;
select plan(6);
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
select throws_ok(
    format(
        'select catalog.keep_rows(%L, ''catalog.code_references'','
        ' array_fill(''x''::text, array[1000001]))',
        import_id
    ),
    '22023', 'number of keys must be from 0 to 1000000', 'a million rows at once are kept'
)
  from catalog.imports limit 1;
select is(
    catalog.keep_rows(import_id, 'catalog.code_references', '{}'), 0::bigint,
    'none are kept of none'
)
  from catalog.imports limit 1;

select * from finish();
rollback;
