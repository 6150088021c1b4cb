begin;
select plan(14);
\ir ../../shape.psql
\ir ../steel.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.imports') $$,
    $$ values
        ('import_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('kind', 'text', 'not null', ''),
        ('edition', 'text', 'null', ''),
        ('grade', 'text', 'null', ''),
        ('file_name', 'text', 'not null', ''),
        ('file_sha256', 'text', 'not null', ''),
        ('sheets', 'text[]', 'not null', ''),
        ('imported_at', 'timestamp with time zone', 'not null', 'now()'),
        ('imported_by', 'text', 'not null', 'SESSION_USER'),
        ('rows_read', 'integer', 'not null', ''),
        ('rows_inserted', 'integer', 'not null', ''),
        ('rows_changed', 'integer', 'not null', ''),
        ('rows_unchanged', 'integer', 'not null', ''),
        ('rows_rejected', 'integer', 'not null', ''),
        ('is_kept', 'boolean', 'not null', ''),
        ('changes', 'jsonb', 'not null', '''[]''::jsonb'),
        ('is_complete', 'boolean', 'null', ''),
        ('undone_at', 'timestamp with time zone', 'null', ''),
        ('undone_by', 'text', 'null', ''),
        ('undo_reason', 'text', 'null', '') $$,
    'an import has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.imports') $$,
    $$ values
        ('imports_changes_check',
         'CHECK (((jsonb_typeof(changes) = ''array''::text) AND ops.json_fits(changes,'
         ' 67108864)))'),
        ('imports_edition_check',
         'CHECK (((edition ~ ''^v[0-9]+([.][0-9]+)*$''::text) AND (length(edition) <= 50)))'),
        ('imports_file_name_check',
         'CHECK (((file_name <> ''''::text) AND (file_name !~ ''[/\\]''::text) AND'
         ' (length(file_name) <= 255)))'),
        ('imports_file_sha256_check', 'CHECK ((file_sha256 ~ ''^[0-9a-f]{64}$''::text))'),
        ('imports_grade_check', 'CHECK ((length(grade) <= 100))'),
        ('imports_imported_by_check', 'CHECK ((length(imported_by) <= 63))'),
        ('imports_kind_check',
         'CHECK ((kind = ANY (ARRAY[''aisc''::text, ''asce''::text, ''seed''::text])))'),
        ('imports_kind_edition_check',
         'CHECK (((kind = ''aisc''::text) = (edition IS NOT NULL)))'),
        ('imports_pkey', 'PRIMARY KEY (import_id)'),
        ('imports_rows_check',
         'CHECK (((LEAST(rows_inserted, rows_changed, rows_unchanged, rows_rejected) >= 0) AND'
         ' (rows_read = (((rows_inserted + rows_changed) + rows_unchanged) + rows_rejected))))'),
        ('imports_sheets_check',
         'CHECK (((array_position(sheets, NULL::text) IS NULL) AND (cardinality(sheets) <= 1000)'
         ' AND (length(array_to_string(sheets, ''''::text)) <= 100000)))'),
        ('imports_undo_reason_check',
         'CHECK (((undo_reason <> ''''::text) AND (length(undo_reason) <= 1000)))'),
        ('imports_undone_by_check', 'CHECK ((length(undone_by) <= 63))'),
        ('imports_undone_check', 'CHECK (((undone_at IS NULL) = (undone_by IS NULL)))') $$,
    'an import has these constraints'
);
set local role eagle_application;
select throws_ok(
    format(verb.statement, 'catalog.imports'),
    '42501', 'permission denied for table imports',
    format('eagle_application does not %s imports', verb.name)
)
  from (values ('add', 'insert into %s default values'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
reset role;
set local role eagle_operator;
select throws_ok(
    format(verb.statement, 'catalog.imports'),
    '42501', 'permission denied for table imports',
    format('eagle_operator does not %s imports', verb.name)
)
  from (values ('rewrite', 'update %s set rows_read = 0'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
reset role;

set local role eagle_operator;
select lives_ok(
    $$ select pg_temp.import_of('v16.0') $$,
    'the catalog owner records an import'
);
select is(
    (select imported_by from catalog.imports where edition = 'v16.0'), session_user::text,
    'an import says who was logged in'
);
reset role;
select throws_ok(
    $$ select pg_temp.import_of('16') $$,
    '23514', 'new row for relation "imports" violates check constraint "imports_edition_check"',
    'an edition is written v16.0'
);
select throws_ok(
    $$ select pg_temp.import_of('v16.0', sha => 'A') $$,
    '23514', 'new row for relation "imports" violates check constraint "imports_file_sha256_check"',
    'a hash is in small hex digits'
);
select throws_ok(
    $$ update catalog.imports set rows_read = rows_read + 1 $$,
    '23514', 'new row for relation "imports" violates check constraint "imports_rows_check"',
    'every row that was read is accounted for'
);
select throws_ok(
    $$ update catalog.imports set file_name = '../secret.xlsx' where kind = 'aisc' $$,
    '23514', 'new row for relation "imports" violates check constraint "imports_file_name_check"',
    'a file is named without its folder'
);

select * from finish();
rollback;
