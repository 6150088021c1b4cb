begin;
select plan(5);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.shape_sources'),
    '(shape text, edition text DEFAULT NULL::text, grade text DEFAULT NULL::text) returns'
    ' TABLE(units text, symbol text, value numeric, source text, file_name text,'
    ' file_sha256 text, sheet text, source_row integer, imported_at timestamp with time'
    ' zone, imported_by text), stable, security invoker',
    'the sources of a section are asked for by its designation'
);

set local role eagle_operator;
select pg_temp.edition('v16.0');
update catalog.material_catalog as section
   set other_sources = jsonb_build_object(
           'us.tw', jsonb_build_object(
               'import_id', pg_temp.import_of('v15.0', sha => 'b'), 'sheet', 'Old', 'row', 77
           )
       )
 where section.shape = 'W14X90';
reset role;
set local role eagle_application;
select results_eq(
    $$ select units, symbol, value, source, file_name, file_sha256, sheet, source_row
         from catalog.shape_sources('W14X90', 'v16.0') where symbol in ('Ix', 'tw') $$,
    $$ values ('us', 'tw', 0.44, 'AISC Shapes Database v16.0', 'v15.0.xlsx', repeat('b', 64),
               'Old', 77),
              ('us', 'Ix', 999, 'AISC Shapes Database v16.0', 'v16.0.xlsx', repeat('a', 64),
               'Database', 2),
              ('si', 'Ix', 416, 'AISC Shapes Database v16.0', 'v16.0.xlsx', repeat('a', 64),
               'Database', 2) $$,
    'each value names the file, sheet and row that stated it'
);
select is(
    (select count(*)::integer from catalog.shape_sources('W14X90', 'v16.0')), 16,
    'every printed value of both unit systems has a source'
);
select is_empty(
    $$ select * from catalog.shape_sources('W14X90', 'v16.0')
        where imported_by is distinct from session_user or imported_at <> now() $$,
    'and says who brought it, and when'
);

select results_eq(
    $$ select units from catalog.shape_sources('W14X90', 'v16.0') $$,
    $$ select units from catalog.shape_sources('W14X90', 'v16.0') order by units desc $$,
    'those of one system of units come before those of the other'
);

select * from finish();
rollback;
