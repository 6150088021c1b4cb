begin;
select plan(16);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.undo_import'),
    '(import_id uuid, reason text DEFAULT NULL::text, OUT removed bigint, OUT restored bigint)'
    ' returns record, volatile, security definer',
    'an import is undone by its identifier'
);
set local role eagle_reader;
select throws_ok(
    $$ select catalog.undo_import(import_id) from catalog.imports limit 1 $$,
    '42501', 'permission denied for function undo_import', 'readers undo nothing'
);
set local role eagle_operator;
select pg_temp.edition('v16.0');
-- A second import adds one section, and replaces a value of another.
insert into catalog.imports (
    import_id, kind, edition, file_name, file_sha256, sheets,
    rows_read, rows_inserted, rows_changed, rows_unchanged, rows_rejected, is_kept
)
values ('b0000000-0000-7000-8000-000000000000', 'aisc', 'v16.0', 'second.csv', repeat('b', 64),
        '{}', 2, 1, 1, 0, 0, true);
select catalog.keep_rows(
    'b0000000-0000-7000-8000-000000000000', 'catalog.material_catalog', array[material_id::text]
)
  from catalog.material_catalog where shape = 'W14X90';
update catalog.material_catalog
   set properties = jsonb_set(properties, '{us,Sx}', '1430'),
       import_id  = 'b0000000-0000-7000-8000-000000000000'
 where shape = 'W14X90';
select pg_temp.section(
    'b0000000-0000-7000-8000-000000000000', 'v16.0', 'W99X99', 'W', '{}',
    '{"us": {"W": 99, "A": 29}}', 3
);
select ops.record_catalog_rows();

select throws_ok(
    format('select catalog.undo_import(%L)', import_id), 'ES106',
    format('import b0000000-0000-7000-8000-000000000000 replaced rows of import %s', import_id),
    'an import that another one was built on is not undone before that'
)
  from catalog.imports where file_name = 'v16.0.xlsx';
select throws_ok(
    format(
        'select catalog.undo_import(%L, %L)', 'b0000000-0000-7000-8000-000000000000',
        repeat('x', 1001)
    ),
    '22023', 'length of reason must be from 0 to 1000', 'a reason has at most 1,000 characters'
);
select results_eq(
    $$ select removed, restored
         from catalog.undo_import('b0000000-0000-7000-8000-000000000000', 'a wrong file') $$,
    $$ values (1::bigint, 1::bigint) $$, 'the operator undoes an import'
);
select results_eq(
    $$ select section.shape, section.sx_in3, import.file_name
         from catalog.material_catalog as section
         join catalog.imports as import using (import_id)
        where section.edition = 'v16.0' order by section.source_row $$,
    $$ values ('W14X90', 143::numeric, 'v16.0.xlsx'), ('HSS12X6X1/4', 25.2, 'v16.0.xlsx'),
              ('Pipe10STD', 28.1, 'v16.0.xlsx') $$,
    'what it replaced is as before, what it added is gone'
);
select results_eq(
    $$ select was ->> 'shape', was -> 'properties' -> 'us' ->> 'Sx', is_removed
         from catalog.replaced_rows order by is_removed, was ->> 'shape' $$,
    $$ values ('W14X90', '143', false), ('W14X90', '1430', true), ('W99X99', null, true) $$,
    'what is taken back is kept'
);
select results_eq(
    $$ select undone_by = session_user, undo_reason, undone_at = now()
         from catalog.imports where file_name = 'second.csv' $$,
    $$ values (true, 'a wrong file', true) $$,
    'the ledger says who undid it, when and why'
);
select throws_ok(
    format('select catalog.undo_import(%L)', import_id), 'ES106',
    format('import %s was undone by %s at %s', import_id, undone_by, undone_at),
    'an import is undone once'
)
  from catalog.imports where file_name = 'second.csv';
select throws_ok(
    $$ select catalog.find_shape('W99X99', 'v16.0') $$,
    'ES103', 'shape W99X99 is not in edition v16.0', 'what it added is not found'
);
select results_eq(
    $$ select undone.removed, undone.restored
         from catalog.imports as import
        cross join lateral catalog.undo_import(import.import_id) as undone
        where import.file_name = 'v16.0.xlsx' $$,
    $$ values (3::bigint, 0::bigint) $$, 'then the one before can be undone'
);
select throws_ok(
    $$ select catalog.newest_edition() $$, 'ES102', 'no shapes are in the catalog',
    'an edition that was undone is not the newest'
);
select throws_ok(
    format('select catalog.undo_import(%L)', import_id), 'ES106',
    format('import %s is of a seed, %s', import_id, file_name), 'a seed is changed, not undone'
)
  from catalog.imports where kind = 'seed' limit 1;
select throws_ok(
    $$ select catalog.undo_import('c0000000-0000-7000-8000-000000000000') $$,
    'ES105', 'import c0000000-0000-7000-8000-000000000000 is not in the ledger',
    'an unknown import is an error'
);
-- An import that is older than what is kept: it says that it added three rows, and one is there.
select pg_temp.section(
    pg_temp.import_of('v15.0'), 'v15.0', 'W99X99', 'W', '{}', '{"us": {"W": 99, "A": 29}}', 3
);
select ops.record_catalog_rows();
select throws_ok(
    format('select catalog.undo_import(%L)', import_id), 'ES106',
    format('what import %s replaced, or what replaced it, was not kept', import_id),
    'an import whose earlier state is not known is not undone'
)
  from catalog.imports where edition = 'v15.0';
reset role;
select is_empty(
    $$ select * from ops.find_recorded_faults() where check_name = 'catalog-rows' $$,
    'the rows of the catalogs are those that are recorded'
);

select * from finish();
rollback;
